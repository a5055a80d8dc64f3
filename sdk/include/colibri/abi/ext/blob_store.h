/* colibri/abi/ext/blob_store.h -- bytes of any size that belong to an instance: media, uploads, downloads.
 *
 * Purpose: what is too large for a call or for memory. A blob is written in pieces, then committed; from then on
 * it never changes, is read in ranges, by whoever has its id, and goes with its instance, when it is old, or when
 * there are too many bytes of all (the operator's limits). So it may be gone: E_NOT_FOUND is no fault.
 * On disk it is sealed, name and media type too. Ids are 32 hexadecimal digits that nobody guesses; hand one only
 * to who may read the blob.
 * Asynchronous: a call returns PENDING and is answered by blob_done with its token, never on the caller's stack.
 * Threads: host functions [any]; blob_done [lane] of the instance. Ownership: arguments are copied, a buffer is
 * retained; what blob_done is given is borrowed, retain its data to keep it. Units: bytes.
 * Errors: E_INVALID_ARGUMENT = over a limit (name 512 bytes, media type 127, 1 MiB a piece or range; no control
 * characters); E_NOT_FOUND = no such instance, blob or writer; E_BUSY = too many calls or writers of this plugin,
 * or a call on the same writer is not answered; in blob_done E_BUSY = no room, nothing of the blob is left,
 * E_REJECTED = the blob is damaged, E_UNAVAILABLE = the disk failed, E_CANCELLED = the writer was abandoned.
 * A writer whose call has failed is gone, and all it wrote. stop() abandons all writers. */
#ifndef COLIBRI_ABI_EXT_BLOB_STORE_H
#define COLIBRI_ABI_EXT_BLOB_STORE_H
#include <colibri/abi/plugin.h>
COLIBRI_BEGIN_C
#define COLIBRI_EXT_BLOB_STORE "colibri.blob-store/1"

#define COLIBRI_BLOB_PIECE_BYTES 1048576u /* of one write or read at most */

typedef struct colibri_blob_spec {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t instance_key;                  /* whose it is and whose lane gets the answers; 0 = the plugin's own */
  colibri_str name;                       /* of a file, for people; may be empty */
  colibri_str media_type;                 /* "image/png"; may be empty */
} colibri_blob_spec;

typedef struct colibri_blob_info {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t instance_key;
  colibri_str id;
  colibri_str name, media_type;
  uint64_t size;
  colibri_str sha256;                     /* of the content, 64 hexadecimal digits */
  int64_t created_at_us;
} colibri_blob_info;

typedef struct colibri_blob_answer {
  uint32_t struct_size;
  colibri_status status;                  /* OK, or why there is nothing here */
  uint64_t writer;                        /* of create: for write, commit and abandon; never 0 */
  const colibri_blob_info* blob;          /* of commit, find and read; else NULL */
  const colibri_buffer* data;             /* of read: fewer than asked for at the end, NULL behind it */
  colibri_str detail;                     /* why it failed, one sentence */
} colibri_blob_answer;

typedef struct colibri_plugin_blob_store {
  uint32_t struct_size;
  uint32_t reserved;
  /* [lane] Exactly once per PENDING. */
  void (COLIBRI_CALL* blob_done)(colibri_plugin*, uint64_t token, const colibri_blob_answer*) COLIBRI_NOEXCEPT;
} colibri_plugin_blob_store;

typedef struct colibri_host_blob_store {
  uint32_t struct_size;
  uint32_t reserved;
  /* [any] PENDING or a refusal. The answer brings a writer. */
  colibri_status (COLIBRI_CALL* create)(const colibri_host*, const colibri_blob_spec*, uint64_t token,
                                        colibri_error*) COLIBRI_NOEXCEPT;
  /* [any] PENDING or a refusal. One call on a writer at a time: that bounds what is in memory. */
  colibri_status (COLIBRI_CALL* write)(const colibri_host*, uint64_t writer, const colibri_buffer* data,
                                       uint64_t token, colibri_error*) COLIBRI_NOEXCEPT;
  /* [any] PENDING or a refusal. Durable when blob_done says OK. The writer is gone either way. */
  colibri_status (COLIBRI_CALL* commit)(const colibri_host*, uint64_t writer, uint64_t token,
                                        colibri_error*) COLIBRI_NOEXCEPT;
  /* [any] Nothing of it is left; a call on it that is not answered still is. An unknown writer is ignored. */
  void (COLIBRI_CALL* abandon)(const colibri_host*, uint64_t writer) COLIBRI_NOEXCEPT;
  /* [any] PENDING or a refusal. What the blob is, without its bytes. */
  colibri_status (COLIBRI_CALL* find)(const colibri_host*, uint64_t instance_key, colibri_str id, uint64_t token,
                                      colibri_error*) COLIBRI_NOEXCEPT;
  /* [any] PENDING or a refusal. A range; at and behind the end: OK without data. */
  colibri_status (COLIBRI_CALL* read)(const colibri_host*, uint64_t instance_key, colibri_str id, uint64_t offset,
                                      uint32_t size, uint64_t token, colibri_error*) COLIBRI_NOEXCEPT;
  /* [any] PENDING or a refusal. */
  colibri_status (COLIBRI_CALL* remove)(const colibri_host*, uint64_t instance_key, colibri_str id,
                                        uint64_t token, colibri_error*) COLIBRI_NOEXCEPT;
} colibri_host_blob_store;
COLIBRI_END_C
#endif
