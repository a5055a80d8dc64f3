/* colibri/abi/ext/websocket_routes.h -- serve WebSocket connections, and raw HTTP beside them, on the public listener.
 *
 * Purpose: protocols of long-lived connections: Socket.IO (WebSocket and long polling below one path), plain
 * streams of events. The plugin declares MOUNTS, the host serves them:
 *   COLIBRI_MOUNT_ROOT         /<path> and everything below it
 *   COLIBRI_MOUNT_OF_INSTANCE  /{instance}/<path>, exactly
 * The host accepts, authenticates, frames (RFC 6455, no extensions), pings, caps and closes; the plugin sees
 * requests and whole messages.
 * KEYS: a key comes in the header or the query parameter "apikey". A wrong one is answered 401 before the plugin
 * hears of it, and counts against its sender's address. A mount of an instance opens to the instance's key and the
 * global one only. At a root mount a request without a key arrives as COLIBRI_CALLER_NONE: the plugin asks
 * check_key() when the key comes inside its protocol, and must serve nothing of an instance before.
 * CONNECTIONS and raw requests are named by tokens, from one sequence, never reused in the process's life.
 * Threads: host functions [any]. Plugin functions [lane] of the token: calls about one connection or request never
 * overlap and keep their order, others run concurrently. Ownership: arguments are borrowed, buffers retained.
 * Units: milliseconds, bytes. Errors: per function. CORS headers and preflight requests are the host's. */
#ifndef COLIBRI_ABI_EXT_WEBSOCKET_ROUTES_H
#define COLIBRI_ABI_EXT_WEBSOCKET_ROUTES_H
#include <colibri/abi/plugin.h>
COLIBRI_BEGIN_C
#define COLIBRI_EXT_WEBSOCKET_ROUTES "colibri.websocket-routes/1"

enum {
  COLIBRI_MOUNT_ROOT = 0,
  COLIBRI_MOUNT_OF_INSTANCE = 1
};
enum {
  COLIBRI_MOUNT_F_HTTP = 1u << 0        /* GET and POST without an upgrade go to on_http; unset: 426 */
};

typedef struct colibri_mount {
  uint32_t struct_size;
  uint32_t scope;                       /* COLIBRI_MOUNT_ROOT or _OF_INSTANCE */
  uint32_t flags;                       /* COLIBRI_MOUNT_F_* */
  uint32_t max_message_bytes;           /* of a message or a raw body; 0 = 64 KB, at most 16 MB. More: 1009, 413 */
  uint32_t max_queue_bytes;             /* unsent, per connection; 0 = 1 MB, at most 64 MB. More: closed, 1013 */
  uint32_t ping_ms;                     /* a ping after so much silence, closed without an answer in as much
                                           again; 0 = the plugin's protocol has pings of its own */
  uint32_t http_timeout_ms;             /* raw requests; 0 = 10 s, at most 5 min. Then the host answers 504 */
  uint32_t reserved;
  colibri_str path;                     /* one segment, [A-Za-z0-9._-]{1,32}; no word of the host's own routes */
} colibri_mount;

enum {
  COLIBRI_CALLER_NONE = 0,              /* no key */
  COLIBRI_CALLER_INSTANCE = 1,          /* the key of one instance */
  COLIBRI_CALLER_GLOBAL = 2             /* the operator's: may see every instance */
};
typedef struct colibri_caller {
  uint32_t struct_size;
  uint32_t kind;                        /* COLIBRI_CALLER_* */
  uint64_t instance_key;                /* of COLIBRI_CALLER_INSTANCE, else 0 */
} colibri_caller;

typedef struct colibri_web_request {
  uint32_t struct_size;
  uint32_t mount;                       /* index into the table */
  uint64_t token;
  uint64_t instance_key;                /* the one in the path; 0 = a root mount */
  const colibri_caller* caller;
  colibri_str method;                   /* "GET", "POST" */
  colibri_str path;                     /* below the mount, decoded, without the first '/'; often empty */
  const colibri_field* query;           /* decoded, in the order received; a name may come twice */
  size_t query_count;
  const colibri_field* headers;         /* as received; without apikey, authorization and cookie */
  size_t header_count;
  const colibri_buffer* body;           /* raw requests: the bytes; NULL = none */
  colibri_str sender;                   /* whom a wrong key counts against: "198.51.100.7", of IPv6 the network
                                           "2001:db8:0:1::/64"; behind a trusted proxy its client. To share out what
                                           strangers may hold; no proof of anything */
} colibri_web_request;

enum { COLIBRI_WS_TEXT = 1, COLIBRI_WS_BINARY = 2 };   /* the opcodes of RFC 6455; text is valid UTF-8 */

typedef struct colibri_plugin_websocket_routes {
  uint32_t struct_size;
  uint32_t mount_count;                 /* 1 to 16 */
  const colibri_mount* mounts;          /* constant data, from init() to process end */
  /* OK: accepted, the 101 is sent before anything else. < 0: refused over HTTP with err's message, by the table
   * of http_routes.h (but E_UNAUTHENTICATED 401). PENDING is a broken rule. */
  colibri_status (COLIBRI_CALL* on_open)(colibri_plugin*, const colibri_web_request*, colibri_error*) COLIBRI_NOEXCEPT;
  /* One whole message. */
  void (COLIBRI_CALL* on_message)(colibri_plugin*, uint64_t connection, uint32_t opcode, const uint8_t* data,
                                  size_t size) COLIBRI_NOEXCEPT;
  /* Optional: less than half of the queue is in use again, after send() said PENDING or send_many() filled it. */
  void (COLIBRI_CALL* on_writable)(colibri_plugin*, uint64_t connection) COLIBRI_NOEXCEPT;
  /* Once for every accepted connection, whoever closed it; nothing about it follows, and nothing at all after
   * stop(). code: RFC 6455 7.4; 1005 = closed without one, 1006 = it broke, 1013 = it did not read. */
  void (COLIBRI_CALL* on_closed)(colibri_plugin*, uint64_t connection, uint32_t code) COLIBRI_NOEXCEPT;
  /* With COLIBRI_MOUNT_F_HTTP. PENDING: respond() follows, or has been called. < 0: as for on_open. */
  colibri_status (COLIBRI_CALL* on_http)(colibri_plugin*, const colibri_web_request*, colibri_error*) COLIBRI_NOEXCEPT;
  /* Optional: the client of a raw request left, or its time is over, before respond(). */
  void (COLIBRI_CALL* on_http_gone)(colibri_plugin*, uint64_t request) COLIBRI_NOEXCEPT;
} colibri_plugin_websocket_routes;

typedef struct colibri_host_websocket_routes {
  uint32_t struct_size;
  uint32_t reserved;
  /* OK; PENDING = taken, but half of the queue is in use: wait for on_writable before you send what can wait;
   * E_BUSY = over the cap: not taken, the connection is closed with 1013; E_NOT_FOUND = it is closed;
   * E_INVALID_ARGUMENT = no such opcode. Text must be UTF-8; the host does not look. */
  colibri_status (COLIBRI_CALL* send)(const colibri_host*, uint64_t connection, uint32_t opcode,
                                      const colibri_buffer* message) COLIBRI_NOEXCEPT;
  /* The same bytes to many; framed once, held once. Those that are closed or over their cap fare as with send(). */
  void (COLIBRI_CALL* send_many)(const colibri_host*, const uint64_t* connections, size_t count, uint32_t opcode,
                                 const colibri_buffer* message) COLIBRI_NOEXCEPT;
  /* What is queued is still sent. code 1000 to 4999; reason at most 123 bytes of UTF-8. on_closed follows. */
  void (COLIBRI_CALL* close)(const colibri_host*, uint64_t connection, uint32_t code, colibri_str reason) COLIBRI_NOEXCEPT;
  /* The one answer to a raw request; body NULL = empty; at most 16 MB. */
  void (COLIBRI_CALL* respond)(const colibri_host*, uint64_t request, uint32_t http_status, colibri_str content_type,
                               const colibri_buffer* body) COLIBRI_NOEXCEPT;
  /* Whose key is it? Of an open connection or request, whose address a wrong one counts against:
   * E_UNAUTHENTICATED = nobody's; E_RATE_LIMITED; E_NOT_FOUND = no such token. */
  colibri_status (COLIBRI_CALL* check_key)(const colibri_host*, uint64_t token, colibri_str key,
                                           colibri_caller* out) COLIBRI_NOEXCEPT;
} colibri_host_websocket_routes;
COLIBRI_END_C
#endif
