#include "api/shapes.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>

namespace colibri::api::shapes {
namespace {

namespace json = boost::json;
using enum Dialect;

instances::Instance linked() {
  instances::Instance instance;
  instance.row.id = "id-1";
  instance.row.name = "one";
  instance.row.integration = "WHATSAPP-BAILEYS";
  instance.row.ownerJid = "5511@s.whatsapp.net";
  instance.row.createdAtUs = instance.row.updatedAtUs = 1'735'808'400'000'000;
  instance.api = instances::ApiState::open;
  return instance;
}

instances::QrCode code(const std::string& pairingCode = {}) {
  return {"2@abc", "data:image/png;base64,AA==", pairingCode, 3, 0, 0};
}

/// Those of the plugins that come with the gateway.
const Schemas& schemas() {
  static const auto kSchemas = [] {
    Schemas all;
    for (const std::string alias : {"webhook", "websocket", "rabbitmq"}) {
      std::ifstream in(COLIBRI_PLUGINS + ("/" + alias) + "/instance.schema.json");
      const std::string text{std::istreambuf_iterator<char>(in), {}};
      all.emplace(alias, config::SettingsSchema::parse(text).value());
    }
    return all;
  }();
  return kSchemas;
}

/// Compares by value, so that the order of members does not matter but every member does.
void expect(const json::value& shape, const std::string& wanted) {
  EXPECT_EQ(shape, json::parse(wanted)) << json::serialize(shape);
}

TEST(Shapes, CreatedNatively) {
  const auto instance = std::make_shared<const instances::Instance>(linked());
  expect(created(native, {instance, "KEY", {}}, schemas()),
         R"({"instance":{"instanceName":"one","instanceId":"id-1","status":"created"},
             "hash":{"apikey":"KEY"}})");
  expect(created(native, {instance, "KEY", code()}, schemas()),
         R"({"instance":{"instanceName":"one","instanceId":"id-1","status":"created"},
             "hash":{"apikey":"KEY"},
             "qrcode":{"code":"2@abc","base64":"data:image/png;base64,AA=="}})");
  expect(created(native, {instance, "KEY", code("ABCD1234")}, schemas()).at("qrcode"),
         R"({"code":"2@abc","base64":"data:image/png;base64,AA==","pairingCode":"ABCD1234"})");
}

TEST(Shapes, CodesSayNativelyUntilWhenTheyAreGood) {
  auto qr = code("ABCD1234");
  qr.expiresAtUs = 1'735'808'460'000'000;
  qr.pairingCodeExpiresAtUs = 1'735'808'580'000'000;
  const auto instance = std::make_shared<const instances::Instance>(linked());
  expect(connected(native, {instance, qr}).at("qrcode"),
         R"({"code":"2@abc","base64":"data:image/png;base64,AA==","pairingCode":"ABCD1234",
             "expiresAt":"2025-01-02T09:01:00.000Z","pairingCodeExpiresAt":"2025-01-02T09:03:00.000Z"})");
  EXPECT_FALSE(connected(v2, {instance, qr}).as_object().contains("expiresAt"));
}

TEST(Shapes, CreatedForV2HasTheKeyAsText) {
  const auto instance = std::make_shared<const instances::Instance>(linked());
  expect(created(v2, {instance, "KEY", code()}, schemas()),
         R"({"instance":{"instanceName":"one","instanceId":"id-1","integration":"WHATSAPP-BAILEYS",
                         "webhookWaBusiness":null,"accessTokenWaBusiness":"","status":"open"},
             "hash":"KEY",
             "webhook":{},"websocket":{},"rabbitmq":{},"nats":{},"sqs":{},
             "settings":{"rejectCall":false,"msgCall":"","groupsIgnore":false,"alwaysOnline":false,
                         "readMessages":false,"readStatus":false,"syncFullHistory":false,
                         "wavoipToken":""},
             "qrcode":{"pairingCode":null,"code":"2@abc","base64":"data:image/png;base64,AA==",
                       "count":3}})");
  EXPECT_FALSE(created(v2, {instance, "KEY", {}}, schemas()).as_object().contains("qrcode"));
}

TEST(Shapes, CreatedForV2ShowsTheSinksThatWereConfigured) {
  auto with = linked();
  with.settings["webhook"].json =
      R"({"enabled":true,"url":"https://x.test/h","byEvents":true,"secret":"whsec_x"})";
  with.settings["rabbitmq"].json = R"({"enabled":true,"events":[]})";
  with.settings["of-another-plugin"].json = R"({"enabled":true})";
  const auto shape = created(
      v2, {std::make_shared<const instances::Instance>(std::move(with)), "KEY", {}}, schemas());
  expect(shape.at("webhook"), R"({"webhookUrl":"https://x.test/h","webhookByEvents":true})");
  expect(shape.at("rabbitmq"), R"({"enabled":true})");
  expect(shape.at("websocket"), "{}");
  EXPECT_FALSE(shape.as_object().contains("of-another-plugin"));
}

TEST(Shapes, AKeptWordForNoUrlIsShownToV2AsItWasSaid) {
  auto with = linked();
  with.settings["webhook"].json = R"({"enabled":false,"vazioEnabled":true,"byEvents":false})";
  const auto shape = created(
      v2, {std::make_shared<const instances::Instance>(std::move(with)), "KEY", {}}, schemas());
  expect(shape.at("webhook"), R"({"webhookUrl":"vazio","webhookByEvents":false})");
}

TEST(Shapes, CreatedForV2DoesNotShowTheKeyThatSignsTokens) {
  auto with = linked();
  with.settings["webhook"].json =
      R"({"url":"https://x.test/h","headers":{"jwt_key":"very secret","x":"y"}})";
  const auto shape = created(
      v2, {std::make_shared<const instances::Instance>(std::move(with)), "KEY", {}}, schemas());
  expect(shape.at("webhook"),
         R"({"webhookUrl":"https://x.test/h","webhookHeaders":{"jwt_key":"***","x":"y"}})");
}

TEST(Shapes, ConnectedIsTheCodeOrTheState) {
  const auto instance = std::make_shared<const instances::Instance>(linked());
  expect(connected(native, {instance, code()}),
         R"({"qrcode":{"code":"2@abc","base64":"data:image/png;base64,AA=="}})");
  expect(connected(v2, {instance, code("ABCD1234")}),
         R"({"pairingCode":"ABCD1234","code":"2@abc","base64":"data:image/png;base64,AA==",
             "count":3})");
  expect(connected(native, {instance, {}}), R"({"instance":"one","state":"open"})");
  expect(connected(v2, {instance, {}}), R"({"instance":{"instanceName":"one","state":"open"}})");
}

TEST(Shapes, StateIsOneOfThreeWords) {
  auto instance = linked();
  for (const auto& [state, word] : {std::pair{instances::ApiState::open, "open"},
                                    std::pair{instances::ApiState::connecting, "connecting"},
                                    std::pair{instances::ApiState::close, "close"}}) {
    instance.api = state;
    EXPECT_EQ(shapes::state(native, instance).at("state"), word);
    EXPECT_EQ(shapes::state(v2, instance).at("instance").at("state"), word);
  }
}

TEST(Shapes, WhatWasDoneToAnInstance) {
  const auto instance = linked();
  expect(restarted(native, instance), R"({"instance":"one","status":"restarted"})");
  expect(restarted(v2, instance), R"({"instance":{"instanceName":"one","state":"open"}})");
  expect(presence(native, instance, "paused"), R"({"instance":"one","presence":"paused"})");
  expect(presence(v2, instance, "paused"), R"({"presence":"paused"})");
  expect(loggedOut(native, instance), R"({"instance":"one","status":"logged out"})");
  expect(loggedOut(v2, instance),
         R"({"status":"SUCCESS","error":false,"response":{"message":"Instance logged out"}})");
  expect(deleted(native, instance), R"({"instance":"one","status":"deleted"})");
  expect(deleted(v2, instance),
         R"({"status":"SUCCESS","error":false,"response":{"message":"Instance deleted"}})");
}

TEST(Shapes, ARowOfTheNativeDialectHasFiveMembersAndNoKey) {
  auto instance = linked();
  expect(row(native, instance, "KEY", schemas()),
         R"({"instanceName":"one","instanceId":"id-1","integration":"WHATSAPP-BAILEYS",
             "status":"open","owner":"5511@s.whatsapp.net"})");
  instance.row.ownerJid.clear();
  EXPECT_TRUE(row(native, instance, "KEY", schemas()).at("owner").is_null());
}

TEST(Shapes, ARowOfV2) {
  auto instance = linked();
  expect(row(v2, instance, "KEY", schemas()),
         R"({"id":"id-1","name":"one","connectionStatus":"open","ownerJid":"5511@s.whatsapp.net",
             "profileName":null,"profilePicUrl":null,"integration":"WHATSAPP-BAILEYS","number":null,
             "businessId":null,"token":"KEY","clientName":"colibri","disconnectionReasonCode":null,
             "disconnectionObject":null,"disconnectionAt":null,
             "createdAt":"2025-01-02T09:00:00.000Z","updatedAt":"2025-01-02T09:00:00.000Z",
             "Chatwoot":null,"Proxy":null,"Rabbitmq":null,"Nats":null,"Sqs":null,"Websocket":null,
             "Setting":{"id":"id-1","rejectCall":false,"msgCall":"","groupsIgnore":false,"alwaysOnline":false,
               "readMessages":false,"readStatus":false,"syncFullHistory":false,"wavoipToken":"",
               "createdAt":"2025-01-02T09:00:00.000Z","updatedAt":"2025-01-02T09:00:00.000Z",
               "instanceId":"id-1"},"_count":{"Message":0,"Contact":0,"Chat":0}})");
  instance.settings["websocket"] = {.json = R"({"enabled":false,"events":["CALL"]})",
                                    .enabled = false,
                                    .createdAtUs = 1'735'808'400'000'000,
                                    .updatedAtUs = 1'735'808'401'000'000};
  expect(row(v2, instance, "KEY", schemas()).at("Websocket"),
         R"({"id":"id-1","enabled":false,"events":["CALL"],"createdAt":"2025-01-02T09:00:00.000Z",
             "updatedAt":"2025-01-02T09:00:01.000Z","instanceId":"id-1"})");
  EXPECT_EQ(row(v2, instance, "KEY", schemas()).at("Rabbitmq"), boost::json::value(nullptr));
  instance.settings["rabbitmq"] = instance.settings.at("websocket");
  EXPECT_EQ(row(v2, instance, "KEY", schemas()).at("Rabbitmq"),
            row(v2, instance, "KEY", schemas()).at("Websocket"));
  instance.settings["websocket"] = {.json = R"({"enabled":true,"events":[]})"};
  EXPECT_EQ(row(v2, instance, "KEY", schemas()).at("Websocket").at("events").as_array().size(), 31U)
      << "as websocket/find names all of them";
  instance.row.disconnectionCode = 401;
  instance.row.disconnectedAtUs = 1'735'808'401'000'000;
  instance.last.detail = "logged out on the phone";
  const auto closed = row(v2, instance, "KEY", schemas());
  EXPECT_EQ(closed.at("disconnectionReasonCode"), 401);
  EXPECT_EQ(closed.at("disconnectionObject"), "logged out on the phone");
  EXPECT_EQ(closed.at("disconnectionAt"), "2025-01-02T09:00:01.000Z");
}

}  // namespace
}  // namespace colibri::api::shapes
