/* colibri/abi/ext/commands.h -- ask for an operation of the API: send, react, mark as read, by name.
 *
 * Purpose: bots and bridges to other systems, which answer what they read through whatever connector the instance has.
 * The body is that of the operation's route, checked as the API checks it; the answer is that of the route.
 * Only for instances that have settings of this plugin, in force.
 * Order: commands of one plugin for one chat, as their
 * bodies name it, are handed over one after the other, each when the one before it has its answer; those for different chats do not wait for each other.
 * Key: with idempotency_key a command of the effects message and once (connector.h) is recorded durably before a
 * connector sees it, and may be submitted again after whatever happened: same key, one effect, the same answer for 24 h.
 * Of a safe one nothing is kept. A command that waits for its turn is in memory: what was not answered before the plugin
 * stopped is submitted again by the plugin, under its key, or has an unknown outcome. Keys of one plugin are no other's,
 * nor the API's; a messageId in the body is the key if there is no other, and then everybody's.
 * Origin: the events that a command causes (send.message) carry the plugin's alias in colibri_event.origin, or
 * "<alias>/<origin>", so that a plugin leaves out what it has said itself. It is part of the event, durably.
 * Threads: submit [any], command_done [lane] of the instance. Ownership: what submit is given is copied; what
 * command_done is given is borrowed. Units: none.
 * Errors: of submit E_NOT_FOUND = no such instance; E_FORBIDDEN = it has no settings of this plugin; E_BUSY = too many
 * or too large commands without an answer; E_INVALID_ARGUMENT = a limit, or the body, with a sentence per fault;
 * E_UNSUPPORTED = no such operation. In command_done as for complete() in connector.h: E_UNAVAILABLE = never handed
 * over; E_TIMEOUT = outcome unknown; E_CONFLICT = the key was used with another command; E_UNSUPPORTED = the connector
 * cannot; E_RATE_LIMITED = the instance keeps too many records of keys; E_REJECTED = the network says no. */
#ifndef COLIBRI_ABI_EXT_COMMANDS_H
#define COLIBRI_ABI_EXT_COMMANDS_H
#include <colibri/abi/plugin.h>
COLIBRI_BEGIN_C
#define COLIBRI_EXT_COMMANDS "colibri.commands/1"

typedef struct colibri_order {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t instance_key;
  uint64_t user_token;          /* comes back in command_done() */
  colibri_str name;             /* the operation's: "message.sendText" */
  colibri_str body_json;        /* UTF-8 JSON, an object; at most 16 MB */
  colibri_str idempotency_key;  /* at most 200 bytes; empty = none */
  colibri_str origin;           /* what of the plugin it is: 64 of [A-Za-z0-9._-] at most; empty = just the plugin */
} colibri_order;

typedef struct colibri_order_answer {
  uint32_t struct_size;
  colibri_status status;
  colibri_str message_id;       /* of the message that it sends; empty: it sends none, or nobody knows it */
  colibri_str result_json;      /* OK: the result, as the operation's route answers it */
  colibri_str detail;           /* < 0: why not, a sentence per line; of E_REJECTED perhaps a JSON object */
} colibri_order_answer;

typedef struct colibri_plugin_commands {
  uint32_t struct_size;
  uint32_t reserved;
  /* [lane] Exactly once per PENDING. */
  void (COLIBRI_CALL* command_done)(colibri_plugin*, uint64_t user_token,
                                    const colibri_order_answer*) COLIBRI_NOEXCEPT;
} colibri_plugin_commands;

typedef struct colibri_host_commands {
  uint32_t struct_size;
  uint32_t reserved;
  /* [any] PENDING or a refusal. */
  colibri_status (COLIBRI_CALL* submit)(const colibri_host*, const colibri_order*, colibri_error*) COLIBRI_NOEXCEPT;
} colibri_host_commands;
COLIBRI_END_C
#endif
