// colibri/testing/capabilities/http_client.hpp -- FakeHost's http-client/2: requests, and the web as the test
// plays it.
#pragma once

#include <colibri/abi/ext/http_client.h>
#include <colibri/testing/capabilities/blob_store.hpp>
#include <colibri/testing/fake_core.hpp>

namespace colibri::testing {

/// A field of a form, with the content of its blob if it had one.
struct HttpPart {
  std::string name = {}, filename = {}, mediaType = {}, bytes = {};
};

struct HttpCall {
  uint64_t userToken = 0, instance = 0;
  uint32_t flags = 0, timeoutMs = 0;
  uint64_t maxResponseBytes = 0;
  std::string method = {}, url = {};
  std::string body = {};             ///< its bytes, or those of its blob
  std::vector<HttpPart> parts = {};  ///< of a form, instead of a body
  std::string answerName = {};
  Headers headers = {};
  bool cancelled = false, answered = false;

  /// The first header of that name, in any case.
  std::optional<std::string> header(std::string_view name) const {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    for (const auto& [key, value] : headers) {
      bool same = key.size() == name.size();
      for (size_t i = 0; same && i < name.size(); ++i) same = lower(key[i]) == lower(name[i]);
      if (same) return value;
    }
    return std::nullopt;
  }
};

/// What the fake web answers. `status` other than OK: no answer came, so the rest but `detail` is nothing.
struct HttpReply {
  uint32_t httpStatus = 200;
  std::string body = {};
  Headers headers = {};  ///< names in lower case
  colibri_status status = COLIBRI_OK;
  uint32_t retryAfterMs = 0;
  bool truncated = false;
  std::string detail = {};
  bool confidential = false;
};

class FakeHttpClient : public virtual FakeCore {
 public:
  static constexpr const char* kId = COLIBRI_EXT_HTTP_CLIENT;

  /// Answers one request of the plugin. False if it is unknown or answered.
  bool answerHttp(uint64_t userToken, HttpReply reply = {}) {
    std::optional<Blob> blob;
    {
      const std::scoped_lock lock(mutex_);
      const auto call_ = std::find_if(httpCalls_.begin(), httpCalls_.end(), [&](const HttpCall& c) {
        return c.userToken == userToken && !c.answered;
      });
      if (call_ == httpCalls_.end()) return false;
      call_->answered = true;
      blob = intoBlob(*call_, reply);
    }
    sendHttpAnswer(userToken, reply, blob);
    return true;
  }
  void refuseHttp(colibri_status status) { set(refuseHttp_, status); }  ///< request(); OK = takes them

  std::vector<HttpCall> httpCalls() const { return copy(httpCalls_); }
  std::vector<HttpCall> unansweredHttp() const {
    auto calls = httpCalls();
    std::erase_if(calls, [](const HttpCall& call_) { return call_.answered; });
    return calls;
  }

 private:
  /// What a 2xx answer becomes, if the plugin wanted that. One that is too long becomes none.
  std::optional<Blob> intoBlob(const HttpCall& call_, HttpReply& reply) {  // locked
    const bool wanted = (call_.flags & COLIBRI_HTTP_F_INTO_BLOB) != 0 && reply.status >= 0;
    if (!wanted || reply.httpStatus < 200 || reply.httpStatus > 299) return std::nullopt;
    if (call_.maxResponseBytes != 0 && reply.body.size() > call_.maxResponseBytes) reply.truncated = true;
    Blob blob{.name = call_.answerName, .bytes = std::exchange(reply.body, {}), .instance = call_.instance};
    if (reply.truncated) return std::nullopt;
    for (const auto& [key, value] : reply.headers)
      if (key == "content-type") blob.mediaType = value;
    auto& blobs = part<FakeBlobStore>();
    return *blobs.blobLocked(call_.instance, blobs.keepBlobLocked(std::move(blob)));
  }
  void sendHttpAnswer(uint64_t userToken, const HttpReply& reply, const std::optional<Blob>& blob) {
    std::vector<colibri_field> headers;
    for (const auto& [key, value] : reply.headers) headers.push_back({sdk::str(key), sdk::str(value)});
    const auto body = makeBuffer(reply.body);
    auto answer = sdk::sized<colibri_http_answer>();
    answer.status = reply.status;
    answer.detail = sdk::str(reply.detail);
    if (reply.confidential) answer.flags = COLIBRI_HTTP_A_CONFIDENTIAL;
    if (reply.status >= 0) {
      answer.http_status = reply.httpStatus;
      if (reply.truncated) answer.flags |= COLIBRI_HTTP_A_TRUNCATED;
      answer.retry_after_ms = reply.retryAfterMs;
      answer.total_us = 1000;
      answer.headers = headers.data();
      answer.header_count = headers.size();
      answer.body = body.get();
    }
    std::string digest;
    const auto info = blob ? part<FakeBlobStore>().infoOf(*blob, digest) : colibri_blob_info{};
    if (blob) answer.blob = &info;
    extension<colibri_plugin_http_client>(kId)->http_done(plugin_, userToken, &answer);
  }

  /// The content of the request's blobs. E_NOT_FOUND: one is not there.
  colibri_status readBlobs(const colibri_http_request& r, HttpCall& call_) {  // locked
    const auto content = [&](colibri_str id, std::string& to, std::string* type) {
      const auto* blob = part<FakeBlobStore>().blobLocked(r.instance_key, text(id));
      if (blob == nullptr) return false;
      to = blob->bytes;
      if (type != nullptr && type->empty()) *type = blob->mediaType;
      return true;
    };
    if (r.body_blob.size != 0 && !content(r.body_blob, call_.body, nullptr)) return COLIBRI_E_NOT_FOUND;
    for (size_t i = 0; i < r.part_count; ++i) {
      const auto& part = r.parts[i];
      HttpPart copied{text(part.name), text(part.filename), text(part.media_type), text(part.bytes)};
      if (part.blob.size != 0 && !content(part.blob, copied.bytes, &copied.mediaType))
        return COLIBRI_E_NOT_FOUND;
      call_.parts.push_back(std::move(copied));
    }
    return COLIBRI_OK;
  }
  static colibri_status hostRequest(const colibri_host* h, const colibri_http_request* r,
                                    colibri_error* err) noexcept {
    auto& host = of<FakeHttpClient>(h);
    return host.called("request", [&] {
      if (host.refuseHttp_ < 0) return refuse(err, host.refuseHttp_, "refused as the test asked");
      if ((r->flags & ~uint32_t{COLIBRI_HTTP_F_ALLOW_LISTED | COLIBRI_HTTP_F_INTO_BLOB}) != 0)
        return refuse(err, COLIBRI_E_UNSUPPORTED, "unknown flag");
      const auto url = text(r->url);
      if (r->method.size == 0 || !(url.starts_with("http://") || url.starts_with("https://")))
        return refuse(err, COLIBRI_E_INVALID_ARGUMENT, "no method, or no http URL");
      if ((r->body != nullptr) + (r->body_blob.size != 0) + (r->part_count != 0) > 1)
        return refuse(err, COLIBRI_E_INVALID_ARGUMENT, "more than one of a body, a blob and parts");
      for (size_t i = 0; i < r->part_count; ++i)
        if (r->parts[i].name.size == 0 || (r->parts[i].bytes != nullptr && r->parts[i].blob.size != 0))
          return refuse(err, COLIBRI_E_INVALID_ARGUMENT, "a part without a name, or with bytes and a blob");
      for (const auto& other : host.httpCalls_)
        if (!other.answered && other.userToken == r->user_token)
          host.violated("request() with a token that is still unanswered");
      HttpCall call{.userToken = r->user_token,
                    .instance = r->instance_key,
                    .flags = r->flags,
                    .timeoutMs = r->timeout_ms,
                    .maxResponseBytes = r->max_response_bytes,
                    .method = text(r->method),
                    .url = url,
                    .body = text(r->body),
                    .answerName = text(r->answer_name),
                    .headers = {}};
      if (const auto missing = host.readBlobs(*r, call); missing < 0) {
        host.owe([&host, token = r->user_token] {
          host.sendHttpAnswer(token, {.status = COLIBRI_E_NOT_FOUND, .detail = "there is no such blob"}, {});
        });
        return colibri_status{COLIBRI_PENDING};
      }
      for (size_t i = 0; i < r->header_count; ++i)
        call.headers.emplace_back(text(r->headers[i].key), text(r->headers[i].value));
      host.httpCalls_.push_back(std::move(call));
      return colibri_status{COLIBRI_PENDING};
    });
  }
  static void hostCancelRequest(const colibri_host* h, uint64_t userToken) noexcept {
    auto& host = of<FakeHttpClient>(h);
    host.called("cancel", [&] {
      for (auto& call : host.httpCalls_) {
        if (call.answered || call.userToken != userToken) continue;
        call.cancelled = true;
        host.owe([&host, userToken] {
          host.answerHttp(userToken, {.status = COLIBRI_E_CANCELLED, .detail = "cancelled"});
        });
      }
    });
  }

  colibri_status refuseHttp_ = COLIBRI_OK;
  std::vector<HttpCall> httpCalls_;

 public:
  static constexpr colibri_host_http_client kTable{sizeof(colibri_host_http_client), 0, &hostRequest,
                                                   &hostCancelRequest};
};

}  // namespace colibri::testing
