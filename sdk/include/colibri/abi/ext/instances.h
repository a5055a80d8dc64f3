/* colibri/abi/ext/instances.h -- operate instances as the API does: state, connect, restart, logout.
 *
 * Purpose: operators' bots. Only for instances that have settings of this plugin, in force. What happens then is told by
 * on_state (instance_observer.h), QR codes included.
 * Threads: ask [any], instance_done [lane] of the instance. Ownership: what instance_done is given is borrowed.
 * Errors: of ask E_NOT_FOUND = no such instance; E_FORBIDDEN = it has no settings of this plugin; E_INVALID_ARGUMENT = no
 * such question; E_BUSY = too many without an answer. In instance_done E_UNAVAILABLE = its connector does not run;
 * E_TIMEOUT = it was begun and has not come to its end in time; E_CANCELLED, E_NOT_FOUND = it was deleted meanwhile. */
#ifndef COLIBRI_ABI_EXT_INSTANCES_H
#define COLIBRI_ABI_EXT_INSTANCES_H
#include <colibri/abi/ext/connector.h>
COLIBRI_BEGIN_C
#define COLIBRI_EXT_INSTANCES "colibri.instances/1"

enum {
  COLIBRI_ASK_STATE = 0,    /* how it is */
  COLIBRI_ASK_CONNECT = 1,  /* begin, and wait for OPEN or the first QR code */
  COLIBRI_ASK_RESTART = 2,  /* close the link if there is one, then open it: answered when that has begun */
  COLIBRI_ASK_LOGOUT = 3    /* ends in LOGGED_OUT */
};

typedef struct colibri_instance_view {
  uint32_t struct_size;
  colibri_instance_state state;
  colibri_str instance_id, instance_name;
  colibri_str integration;      /* "WHATSAPP-BAILEYS" */
  colibri_str owner_jid;        /* empty before the first login */
} colibri_instance_view;

typedef struct colibri_plugin_instances {
  uint32_t struct_size;
  uint32_t reserved;
  /* [lane] Exactly once per PENDING. OK: the instance as it is then. < 0: NULL, and detail says why. */
  void (COLIBRI_CALL* instance_done)(colibri_plugin*, uint64_t user_token, colibri_status,
                                     const colibri_instance_view*, colibri_str detail) COLIBRI_NOEXCEPT;
} colibri_plugin_instances;

typedef struct colibri_host_instances {
  uint32_t struct_size;
  uint32_t reserved;
  /* [any] PENDING or a refusal. what: COLIBRI_ASK_* */
  colibri_status (COLIBRI_CALL* ask)(const colibri_host*, uint64_t instance_key, uint32_t what, uint64_t user_token,
                                     colibri_error*) COLIBRI_NOEXCEPT;
} colibri_host_instances;
COLIBRI_END_C
#endif
