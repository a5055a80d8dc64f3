/* colibri/abi/ext/http_routes.h -- serve routes of the gateway's public API.
 *
 * Purpose: operations of one plugin, such as webhook's set and find, or the inbound webhook of a service. The
 * plugin brings its ROWS as a text, one JSON object: the id of each, and its definition in the words of the
 * gateway's own catalogue (sdk/http-routes.md). The host serves them with the code that serves its own:
 *   key instance   /{instance}/<route>, /<route>/{instance} and the latter below /v2
 *   any other      /<route>, also below /v2
 * Before the plugin hears of a request the host has checked the key, found the instance, split the path, limited
 * the body, and checked query and body against the row; all faults are answered at once, in the caller's dialect.
 * A row that is wrong, or has a path that is somebody's already, keeps the plugin out, with sentences.
 * RAW rows get the bytes as they came, and the headers; with key none the plugin is the door, for senders that
 * sign what they send. What strangers' bodies may take at a time is bounded, for each address and for all.
 * Threads: tag per function. Ownership: the text is constant data, from init() to process end; what a call
 * carries is borrowed, its body retained; respond() copies. Units: milliseconds, bytes, microseconds UTC.
 * Errors: the host answers 400, 401, 404, 413 and 429 by itself, 503 while the plugin does not run, 504 at the
 * deadline, 500 for an answer that breaks the rules below. A request that waits is a token, no blocked thread. */
#ifndef COLIBRI_ABI_EXT_HTTP_ROUTES_H
#define COLIBRI_ABI_EXT_HTTP_ROUTES_H
#include <colibri/abi/plugin.h>
COLIBRI_BEGIN_C
#define COLIBRI_EXT_HTTP_ROUTES "colibri.http-routes/2"

enum { COLIBRI_DIALECT_NATIVE = 0, COLIBRI_DIALECT_V2 = 1 };  /* which shapes the caller expects */

/* The headers that an answer may have beside Content-Type, in lower case. */
#define COLIBRI_ROUTE_ANSWER_HEADERS                                                                           \
  "cache-control", "content-disposition", "content-language", "etag", "last-modified", "link", "location",    \
      "retry-after", "www-authenticate"

typedef struct colibri_route_call {
  uint32_t struct_size;
  uint32_t dialect;                     /* COLIBRI_DIALECT_* */
  uint64_t token;                       /* for respond() */
  uint64_t instance_key;                /* 0 = a row without one. Of key any: whose key it is, 0 = the global one. Of
                                           key none: who is called as {instance} says, 0 = nobody */
  int64_t deadline_us;                  /* after it an answer is late, and dropped */
  colibri_str row;                      /* its id: "webhook.set" */
  colibri_str instance_id, instance_name;  /* of instance_key */
  const colibri_field* params;          /* of the path, in the order of the route, decoded */
  size_t param_count;
  const colibri_field* query;           /* as the row names it, with defaults; a raw row that names none: as it came */
  size_t query_count;
  const colibri_field* headers;         /* raw rows: as received; without apikey and cookie, and without
                                           authorization unless the row's key is none */
  size_t header_count;
  const colibri_buffer* body;           /* raw rows: the bytes; others: one JSON object, checked, "{}" for none */
  colibri_str sender;                   /* whose request it is: "198.51.100.7", of IPv6 the network
                                           "2001:db8:0:1::/64"; behind a trusted proxy its client. No proof of anything */
} colibri_route_call;

typedef struct colibri_route_answer {
  uint32_t struct_size;
  uint32_t http_status;                 /* 200 to 599 */
  colibri_str content_type;             /* empty: JSON. Else the body is any bytes, and that is their type */
  const colibri_field* headers;         /* of COLIBRI_ROUTE_ANSWER_HEADERS, each once, no control characters */
  size_t header_count;                  /* at most 16 */
  /* JSON, http_status 200 to 399: any JSON value, at most 1 MB. JSON, 400 to 599: an array of 1 to 32 sentences,
   * which the host puts into the API's error body. Of another type: at most 16 MB, may be empty. */
  colibri_str body;
} colibri_route_answer;

typedef struct colibri_plugin_http_routes {
  uint32_t struct_size;
  uint32_t reserved;
  colibri_str rows_json;                /* 1 to 256 rows, at most 1 MB */
  /* [lane] of instance_key. PENDING: respond() follows, or has been called already. < 0: the answer is an error
   * with err's message as its sentence: E_INVALID_ARGUMENT, E_REJECTED and E_UNSUPPORTED 400, E_UNAUTHENTICATED 401,
   * E_NOT_FOUND 404, E_CONFLICT and E_FORBIDDEN 403, E_RATE_LIMITED 429, E_TIMEOUT 504, E_UNAVAILABLE, E_BUSY and
   * E_SHUTTING_DOWN 503; any other 500, whose sentence goes to the log only. OK is no answer and a broken rule. */
  colibri_status (COLIBRI_CALL* on_request)(colibri_plugin*, const colibri_route_call*,
                                            colibri_error*) COLIBRI_NOEXCEPT;
} colibri_plugin_http_routes;

typedef struct colibri_host_http_routes {
  uint32_t struct_size;
  uint32_t reserved;
  /* [any] The one answer to a token. */
  void (COLIBRI_CALL* respond)(const colibri_host*, uint64_t token, const colibri_route_answer*) COLIBRI_NOEXCEPT;
} colibri_host_http_routes;
COLIBRI_END_C
#endif
