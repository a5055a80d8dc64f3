/* colibri/abi/ext/settings.h -- change the plugin's own settings of an instance, durably.
 *
 * Purpose: for a plugin whose routes configure it (webhook/set). The host owns settings: it checks them against
 * the plugin's instance schema, completes them with the defaults, asks the plugin (check), seals and stores
 * them, and hands them to the plugin by on_settings (instance_observer.h) like those an instance was created with.
 * Rules: a member "enabled" that is false means OFF: they are kept to be shown, on_settings gets an empty text,
 * lanes go and their events are not kept. Enabling starts at the log's head at that moment, whatever happens
 * after; any other change keeps the cursors.
 * Threads: host functions [any], settings_done [lane] of the instance. Ownership: arguments are copied; what
 * settings_done is given is borrowed. Units: microseconds UTC.
 * Errors: E_NOT_FOUND = no such instance; E_BUSY = too many without an answer; in settings_done
 * E_INVALID_ARGUMENT = the schema or check() says no, detail has a sentence per line; E_UNAVAILABLE = the store failed;
 * E_TIMEOUT = outcome unknown, get tells after the next start. */
#ifndef COLIBRI_ABI_EXT_SETTINGS_H
#define COLIBRI_ABI_EXT_SETTINGS_H
#include <colibri/abi/plugin.h>
COLIBRI_BEGIN_C
#define COLIBRI_EXT_SETTINGS "colibri.settings/1"

typedef struct colibri_settings {
  uint32_t struct_size;
  uint32_t enabled;                     /* 1 = in force */
  int64_t created_at_us;                /* when the instance first had settings of this plugin */
  int64_t updated_at_us;
  colibri_str json;                     /* with the defaults */
} colibri_settings;

typedef struct colibri_plugin_settings {
  uint32_t struct_size;
  uint32_t reserved;
  /* [lane] Exactly once per PENDING. After put: status OK = durable, and on_settings has run; settings are
   * those stored. After get: settings NULL = the instance has none. status < 0 but E_TIMEOUT: nothing was changed. */
  void (COLIBRI_CALL* settings_done)(colibri_plugin*, uint64_t token, colibri_status,
                                     const colibri_settings* settings, colibri_str detail) COLIBRI_NOEXCEPT;
  /* [any] Optional. Judges what a schema cannot say, of settings that the schema has let through and completed,
   * before the host keeps them: at an instance's creation and at put. It does not wait and calls nothing.
   * OK, or E_INVALID_ARGUMENT and a sentence that begins with the member: "url: must name a host". Anything
   * else < 0 is the plugin's own failure, and no settings are kept. */
  colibri_status (COLIBRI_CALL* check)(colibri_plugin*, colibri_str settings_json, colibri_error*) COLIBRI_NOEXCEPT;
} colibri_plugin_settings;

typedef struct colibri_host_settings {
  uint32_t struct_size;
  uint32_t reserved;
  /* [any] PENDING or a refusal. The whole object, not a patch. What check() lets through, on_settings takes. */
  colibri_status (COLIBRI_CALL* put)(const colibri_host*, uint64_t instance_key, colibri_str settings_json,
                                     uint64_t token, colibri_error*) COLIBRI_NOEXCEPT;
  /* [any] PENDING or a refusal. */
  colibri_status (COLIBRI_CALL* get)(const colibri_host*, uint64_t instance_key, uint64_t token,
                                     colibri_error*) COLIBRI_NOEXCEPT;
} colibri_host_settings;
COLIBRI_END_C
#endif
