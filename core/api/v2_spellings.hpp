#pragma once

#include <boost/json/object.hpp>

namespace colibri::api {

/// The body of a v2 `create` with the spellings that older clients use for integrations as the
/// objects that they mean:
///
///   inside an object   webhook.webhookByEvents → webhook.byEvents, webhook.webhookBase64 → …
///   flat               webhookUrl, webhookByEvents, webhookEvents, … → webhook.url, …
///                      rabbitmqEnabled, rabbitmqEvents → rabbitmq.enabled, rabbitmq.events; so do
///                      sqs…, nats… and websocket…
///
/// An object wins over flat members. These count only if they configure something: a webhook with a
/// url, the others with `enabled: true`; otherwise they are left out.
///
/// [Threading] pure. [Errors] none: what the members hold is judged by who reads the result.
boost::json::object withIntegrationObjects(const boost::json::object& body);

}  // namespace colibri::api
