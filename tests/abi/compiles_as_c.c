/* Every ABI header in one C file: no name is used twice, and none needs another to come first. */
#include <colibri/abi/ext/blob_store.h>
#include <colibri/abi/ext/child_processes.h>
#include <colibri/abi/ext/commands.h>
#include <colibri/abi/ext/connector.h>
#include <colibri/abi/ext/event_log.h>
#include <colibri/abi/ext/event_sink.h>
#include <colibri/abi/ext/event_source.h>
#include <colibri/abi/ext/http_client.h>
#include <colibri/abi/ext/http_routes.h>
#include <colibri/abi/ext/instance_observer.h>
#include <colibri/abi/ext/instances.h>
#include <colibri/abi/ext/kv_store.h>
#include <colibri/abi/ext/settings.h>
#include <colibri/abi/ext/websocket_routes.h>

int main(void) {
  colibri_plugin plugin = {0};
  plugin.struct_size = (uint32_t)offsetof(colibri_plugin, reconfigure);
  /* A shorter struct of an older maker does not reach the newer function. */
  if (COLIBRI_KNOWS(&plugin, reconfigure) || COLIBRI_HAS(&plugin, health)) return 1;
  if (!COLIBRI_KNOWS(&plugin, get_extension) || COLIBRI_HAS(&plugin, get_extension)) return 2;
  return sizeof(colibri_event) == 0;
}
