#include "webhook_plugin.hpp"

COLIBRI_EXPORT_PLUGIN(colibri::webhook::WebhookPlugin)
