#include "websocket_plugin.hpp"

COLIBRI_EXPORT_PLUGIN(colibri::websocket::WebsocketPlugin)
