/* colibri/abi/ext/http_routes.h -- serve routes of the gateway's public API, below the plugin's alias.
 *
 * Purpose: actions of one plugin, such as webhook's set and find. The plugin declares a table, the host
 * serves it:
 *   COLIBRI_ROUTE_OF_INSTANCE  /{instance}/<alias>/<action>, /<alias>/<action>/{instance} and the latter below
 *                              /v2; opens to the instance's own key and to the global one
 *   COLIBRI_ROUTE_GLOBAL       /<alias>/<action>, also below /v2; opens to the global key only
 * Before the plugin hears of a request the host has checked the key, found the instance, limited the body and
 * parsed it. An alias that is a word of the host's own routes is refused at load, with a sentence.
 * Threads: tag per function. Ownership: the table is constant data, from init() to process end; what a call
 * carries is borrowed; respond() copies. Units: milliseconds, bytes, microseconds UTC.
 * Errors: the host answers 400 and 413 by itself, 503 while the plugin does not run, 504 at the deadline, 500
 * for an answer that breaks the rules below. A request that waits is a token, never a blocked thread. */
#ifndef COLIBRI_ABI_EXT_HTTP_ROUTES_H
#define COLIBRI_ABI_EXT_HTTP_ROUTES_H
#include <colibri/abi/plugin.h>
COLIBRI_BEGIN_C
#define COLIBRI_EXT_HTTP_ROUTES "colibri.http-routes/1"

enum {
  COLIBRI_ROUTE_GLOBAL = 0,             /* the default is the strictest */
  COLIBRI_ROUTE_OF_INSTANCE = 1
};
enum { COLIBRI_DIALECT_NATIVE = 0, COLIBRI_DIALECT_V2 = 1 };  /* which shapes the caller expects */

typedef struct colibri_http_route {
  uint32_t struct_size;
  uint32_t scope;                       /* COLIBRI_ROUTE_* */
  uint32_t max_body_bytes;              /* 0 = 64 KB; at most 1 MB. More is answered 413 */
  uint32_t timeout_ms;                  /* 0 = 10 s; at most 60 s. Then the host answers 504 */
  colibri_str method;                   /* GET (serves HEAD, too), POST, PUT, PATCH or DELETE */
  colibri_str action;                   /* [A-Za-z][A-Za-z0-9-]*, at most 32; compared without regard to case */
} colibri_http_route;

typedef struct colibri_route_call {
  uint32_t struct_size;
  uint32_t route;                       /* index into the table */
  uint32_t dialect;                     /* COLIBRI_DIALECT_* */
  uint32_t reserved;
  uint64_t token;                       /* for respond() */
  uint64_t instance_key;                /* 0 = a global route */
  int64_t deadline_us;                  /* after it an answer is late, and dropped */
  colibri_str instance_id, instance_name;
  const colibri_field* query;           /* decoded, in the order received; a name may come twice */
  size_t query_count;
  colibri_str body_json;                /* one JSON object; "{}" if the request had no body */
} colibri_route_call;

typedef struct colibri_plugin_http_routes {
  uint32_t struct_size;
  uint32_t route_count;                 /* 1 to 64 */
  const colibri_http_route* routes;
  /* [lane] of instance_key. PENDING: respond() follows, or has been called already. < 0: the answer is an error
   * with err's message as its sentence: E_INVALID_ARGUMENT, E_REJECTED and E_UNSUPPORTED 400, E_NOT_FOUND 404,
   * E_CONFLICT and E_FORBIDDEN 403, E_RATE_LIMITED 429, E_TIMEOUT 504, E_UNAVAILABLE, E_BUSY and E_SHUTTING_DOWN
   * 503; any other 500, whose sentence goes to the log only. OK is no answer and a broken rule. */
  colibri_status (COLIBRI_CALL* on_request)(colibri_plugin*, const colibri_route_call*,
                                            colibri_error*) COLIBRI_NOEXCEPT;
} colibri_plugin_http_routes;

typedef struct colibri_host_http_routes {
  uint32_t struct_size;
  uint32_t reserved;
  /* [any] The one answer to a token. http_status 200 to 399: body_json is the answer's body, any JSON value.
   * 400 to 599: a JSON array of 1 to 32 sentences, which the host puts into the API's error body. At most 1 MB. */
  void (COLIBRI_CALL* respond)(const colibri_host*, uint64_t token, uint32_t http_status,
                               colibri_str body_json) COLIBRI_NOEXCEPT;
} colibri_host_http_routes;
COLIBRI_END_C
#endif
