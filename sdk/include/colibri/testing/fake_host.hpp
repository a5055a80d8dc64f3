// colibri/testing/fake_host.hpp -- an in-memory host for unit tests of one plugin object.
//
// It loads the object from its descriptor, remembers every call the plugin makes and lets the test play the
// host's part: events, settings, states, commands, the answers of the web, the clock. Answers the host owes
// (kv_done, http_done, published, resume) come from pump() or waitFor(), never on the plugin's stack:
//
//   FakeHost host(*colibri_plugin_entry_v0());
//   ASSERT_EQ(host.load(R"({"limit":3})"), COLIBRI_OK) << host.error();
//   ASSERT_EQ(host.start(), COLIBRI_OK) << host.error();
//   host.settings(1, R"({"url":"https://a.test/"})");
//   const auto token = host.deliver(makeEvent({.type = "call"}));
//   host.answerHttp(host.httpCalls().at(0).userToken, {.httpStatus = 204});
//   host.pump();
//   EXPECT_EQ(host.outcome(token)->status, COLIBRI_OK);
//   EXPECT_THAT(host.violations(), IsEmpty());
//
// What it does is in fake_core.hpp (life, pump, clock, violations) and in one file per capability under
// capabilities/. Needs no test framework. violations() lists broken rules of the ABI: a token answered twice
// or never asked, a host call inside create() or after stop() has returned. Threads: one test thread drives
// it (everything that calls the plugin); the plugin may call the host from any thread. Ownership: accessors
// return copies. The destructor stops and destroys the object.
#pragma once

#include <colibri/testing/capabilities/blob_store.hpp>
#include <colibri/testing/capabilities/commands.hpp>
#include <colibri/testing/capabilities/connector.hpp>
#include <colibri/testing/capabilities/event_log.hpp>
#include <colibri/testing/capabilities/event_sink.hpp>
#include <colibri/testing/capabilities/event_source.hpp>
#include <colibri/testing/capabilities/http_client.hpp>
#include <colibri/testing/capabilities/http_routes.hpp>
#include <colibri/testing/capabilities/instance_observer.hpp>
#include <colibri/testing/capabilities/instances.hpp>
#include <colibri/testing/capabilities/kv_store.hpp>
#include <colibri/testing/capabilities/settings.hpp>
#include <colibri/testing/capabilities/websocket_routes.hpp>

namespace colibri::testing {

using FakeHost = FakeHostWith<FakeEventSink, FakeInstanceObserver, FakeConnector, FakeKvStore, FakeHttpClient,
                              FakeHttpRoutes, FakeSettings, FakeWebSocketRoutes, FakeEventLog, FakeCommands,
                              FakeEventSource, FakeInstances, FakeBlobStore>;

}  // namespace colibri::testing
