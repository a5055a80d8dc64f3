/* colibri/abi/ext/event_source.h -- publish events of the plugin's own, without being a connector.
 *
 * Purpose: what a bot or a bridge has to tell the other plugins: typebot.start, or "<plugin id>.<name>". Checked as a
 * connector's events are (connector.h), and logged, ordered and delivered with them.
 * Only for instances that have settings of this plugin, in force. Each event's origin (event.h) is the plugin's alias.
 * Threads: publish [any], source_published [lane] of the instance. Ownership: what publish is given is copied.
 * Units: as the drafts'.
 * Errors: of publish E_NOT_FOUND = no such instance; E_FORBIDDEN = it has no settings of this plugin, or an event is
 * the host's; E_INVALID_ARGUMENT = the drafts; E_BUSY = the log is full, or too many calls without an answer: try again
 * later, nothing was taken. In source_published < 0 = nothing of the call was kept. */
#ifndef COLIBRI_ABI_EXT_EVENT_SOURCE_H
#define COLIBRI_ABI_EXT_EVENT_SOURCE_H
#include <colibri/abi/ext/connector.h>
COLIBRI_BEGIN_C
#define COLIBRI_EXT_EVENT_SOURCE "colibri.event-source/1"

typedef struct colibri_plugin_event_source {
  uint32_t struct_size;
  uint32_t reserved;
  /* [lane] Exactly once per PENDING. OK = the events are durable; first_sequence: of the call's first newly appended
   * durable event, 0 = none (all repeats or ephemeral). */
  void (COLIBRI_CALL* source_published)(colibri_plugin*, uint64_t user_token, colibri_status,
                                        uint64_t first_sequence) COLIBRI_NOEXCEPT;
} colibri_plugin_event_source;

typedef struct colibri_host_event_source {
  uint32_t struct_size;
  uint32_t reserved;
  /* [any] PENDING or a refusal. At least one draft, all of one instance, in one commit. */
  colibri_status (COLIBRI_CALL* publish)(const colibri_host*, const colibri_event_draft* drafts, size_t draft_count,
                                         uint64_t user_token, colibri_error*) COLIBRI_NOEXCEPT;
} colibri_host_event_source;
COLIBRI_END_C
#endif
