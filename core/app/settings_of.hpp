#pragma once

#include "api/client_address.hpp"
#include "api/cors.hpp"
#include "api/failed_keys.hpp"
#include "app/disk_watch.hpp"
#include "base/result.hpp"
#include "blobs/local/local_store.hpp"
#include "commands/command_service.hpp"
#include "config/loader.hpp"
#include "delivery/dispatcher.hpp"
#include "delivery/old_letters.hpp"
#include "http/options.hpp"
#include "instances/lifecycle.hpp"
#include "log/open.hpp"
#include "net/curl_http_client.hpp"
#include "plugin/plugin_host.hpp"
#include "qr/png.hpp"

/// From the operator's settings to each part's options. [pure]
namespace colibri::app {

Result<log::Options> logOptions(const config::Settings& settings);
/// `openFiles`: how many descriptors the process may have. Connections get what a reserve leaves.
http::Options httpOptions(const config::Settings& settings, std::size_t openFiles);
/// `loopback-if-local` in the allow list, which tools/up wrote once, means loopback as long as we
/// listen on loopback ourselves, and a warning.
Result<net::CurlHttpClient::Options> httpClientOptions(const config::Settings& settings);
DiskWatch::Options diskWatchOptions(const config::Settings& settings);
blobs::local::LocalStore::Options blobOptions(const config::Settings& settings);
delivery::Dispatcher::Options dispatcherOptions(const config::Settings& settings);
delivery::OldLetters::Options oldLettersOptions(const config::Settings& settings);
instances::Lifecycle::Options lifecycleOptions(const config::Settings& settings);
commands::CommandService::Options commandOptions(const config::Settings& settings);
Result<api::ClientAddress> clientAddress(const config::Settings& settings);
api::Cors corsOf(const config::Settings& settings);
api::FailedKeys::Options failedKeysOptions(const config::Settings& settings);
qr::Color qrColor(const config::Settings& settings);
plugin::LoadSpec pluginSpec(const config::Loader& loader);

}  // namespace colibri::app
