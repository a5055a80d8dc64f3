/* colibri/abi/ext/event_log.h -- read the event log again, from any point of it.
 *
 * Purpose: readers that come and go and know where they were, such as a client with lastSeq. What a plugin must
 * deliver it gets by event-sink/1, whose cursors keep the log; a read keeps nothing.
 * Threads: read [any], read_done [lane] of the instance, never on the caller's stack. Ownership: what read_done is
 * given is borrowed; retain an event to keep it. Units: bytes.
 * Errors: E_NOT_FOUND = no such instance; E_INVALID_ARGUMENT = the filter or a limit; E_BUSY = too many reads
 * without an answer; in read_done E_UNAVAILABLE = the store failed. */
#ifndef COLIBRI_ABI_EXT_EVENT_LOG_H
#define COLIBRI_ABI_EXT_EVENT_LOG_H
#include <colibri/abi/event.h>
#include <colibri/abi/plugin.h>
COLIBRI_BEGIN_C
#define COLIBRI_EXT_EVENT_LOG "colibri.event-log/1"

typedef struct colibri_log_page {
  uint32_t struct_size;
  colibri_status status;                /* OK, or why there is nothing here */
  const colibri_event* const* events;   /* ascending */
  size_t count;
  uint64_t next;                        /* read on after this sequence */
  uint64_t head;                        /* the sequence of the last event logged; next == head: the end, for now */
  uint64_t first_kept;                  /* older ones are gone; after + 1 < first_kept: the reader has missed some */
} colibri_log_page;

typedef struct colibri_plugin_event_log {
  uint32_t struct_size;
  uint32_t reserved;
  /* [lane] Exactly once per PENDING. */
  void (COLIBRI_CALL* read_done)(colibri_plugin*, uint64_t token, const colibri_log_page*) COLIBRI_NOEXCEPT;
} colibri_plugin_event_log;

typedef struct colibri_host_event_log {
  uint32_t struct_size;
  uint32_t reserved;
  /* [any] PENDING or a refusal. Durable events with sequence > after that filter_json (event_sink.h; empty = all)
   * lets through: at most limit (1 to 256) and about 1 MB of bodies. A page may be empty although more follows. */
  colibri_status (COLIBRI_CALL* read)(const colibri_host*, uint64_t instance_key, uint64_t after, uint32_t limit,
                                      colibri_str filter_json, uint64_t token, colibri_error*) COLIBRI_NOEXCEPT;
  /* [any] The sequence of the instance's last event; 0 = none, or no such instance. */
  uint64_t (COLIBRI_CALL* head)(const colibri_host*, uint64_t instance_key) COLIBRI_NOEXCEPT;
} colibri_host_event_log;
COLIBRI_END_C
#endif
