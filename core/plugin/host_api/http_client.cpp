#include "plugin/host_api/http_client.hpp"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "plugin/abi.hpp"
#include "plugin/host_api/blob_info.hpp"
#include "plugin/host_call.hpp"

namespace colibri::plugin {
namespace {

const Entry kHttpDoneEntry{"http_done"};

constexpr std::size_t kMaxHeaders = 256, kMaxHeaderBytes = std::size_t{64} << 10;
constexpr std::size_t kMaxBodyBytes = std::size_t{128} << 20;
constexpr std::size_t kMaxRequests = 65'536;
// Of an answer that was to become a blob and is none of the 200s: it says why.
constexpr std::size_t kMostUnasked = std::size_t{1} << 20;
constexpr auto kRequestFlags =
    static_cast<std::uint32_t>(COLIBRI_HTTP_F_ALLOW_LISTED | COLIBRI_HTTP_F_INTO_BLOB);

Error wrong(const char* what) {
  return {Errc::invalidArgument, what};
}

Result<net::HttpRequest> requestOf(const colibri_http_request& r) {
  net::HttpRequest request;
  for (const auto text : {r.method, r.url})
    if (!abi::valid(text) || text.size == 0 || text.size > kMaxHeaderBytes)
      return wrong("the method or URL is null, empty or over 64 KB");
  if ((r.headers == nullptr && r.header_count != 0) || r.header_count > kMaxHeaders)
    return wrong("the headers are null or over 256");
  request.method = std::string(abi::view(r.method));
  request.url = std::string(abi::view(r.url));
  for (const auto& header : std::span(r.headers, r.header_count)) {
    if (!abi::valid(header.key) || !abi::valid(header.value) || header.key.size == 0 ||
        header.key.size + header.value.size > kMaxHeaderBytes)
      return wrong("a header is null, has no name or is over 64 KB");
    request.headers.emplace_back(abi::view(header.key), abi::view(header.value));
  }
  if (r.body != nullptr) {
    if (!COLIBRI_KNOWS(r.body, size) || (r.body->data == nullptr && r.body->size != 0) ||
        r.body->size > kMaxBodyBytes)
      return wrong("the body is null or over 128 MB");
    request.body = std::make_shared<const std::string>(abi::view(r.body));
  }
  if (r.timeout_ms != 0) request.timeout = std::chrono::milliseconds(r.timeout_ms);
  if (r.max_response_bytes != 0)
    request.maxResponseBytes = static_cast<std::size_t>(r.max_response_bytes);
  request.instance = r.instance_key;
  request.allowListed = (r.flags & COLIBRI_HTTP_F_ALLOW_LISTED) != 0;
  return request;
}

std::uint32_t number(std::int64_t n) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(n, 0, UINT32_MAX));
}

std::string mediaTypeOf(const net::HttpAnswer& answer) {
  const auto at = std::find_if(answer.headers.begin(), answer.headers.end(),
                               [](const auto& header) { return header.first == "content-type"; });
  return at == answer.headers.end() ? std::string() : at->second;
}

}  // namespace

HttpClientApi::HttpClientApi(const Surroundings& s)
    : callee_(s.callee),
      ports_(s.ports),
      instances_(s.instances),
      open_(s.ports.timers, kMaxRequests) {}

colibri_status HttpClientApi::request(const colibri_http_request* wanted, colibri_error* err) {
  if (wanted == nullptr || !COLIBRI_KNOWS(wanted, answer_name))
    return abi::refuse(err, COLIBRI_E_INVALID_ARGUMENT, "null, or a request that is too small");
  if ((wanted->flags & ~kRequestFlags) != 0)
    return abi::refuse(err, COLIBRI_E_UNSUPPORTED,
                       "the request has a flag this host does not know");
  auto request = requestOf(*wanted);
  if (!request) return abi::refuse(err, request.error());
  auto parts = HttpParts::read(*wanted, kMaxBodyBytes);
  if (!parts) return abi::refuse(err, parts.error());
  Sending sending{std::move(*parts), std::move(*request), nullptr, wanted->user_token};
  const bool intoBlob = (wanted->flags & COLIBRI_HTTP_F_INTO_BLOB) != 0;
  if (intoBlob || !sending.parts.empty()) {
    if (ports_.blobs == nullptr)
      return abi::refuse(err, COLIBRI_E_UNSUPPORTED, "this host keeps no blobs");
    if (wanted->instance_key != 0 && !instances_.has(wanted->instance_key))
      return abi::refuse(err, COLIBRI_E_NOT_FOUND, "there is no such instance");
  }
  if (intoBlob) {
    if (!abi::valid(wanted->answer_name) || wanted->answer_name.size > blobs::kMostNameBytes)
      return abi::refuse(err, COLIBRI_E_INVALID_ARGUMENT, "the answer's name is over 512 bytes");
    sending.sink = std::make_shared<blobs::HttpAnswerBlob>(
        *ports_.blobs, ports_.executor,
        blobs::Spec{wanted->instance_key, std::string(abi::view(wanted->answer_name)), {}});
    sending.request.sink = sending.sink;
    sending.request.maxSinkBytes =
        wanted->max_response_bytes != 0 ? wanted->max_response_bytes : UINT64_MAX;
    sending.request.maxResponseBytes = std::min(sending.request.maxResponseBytes, kMostUnasked);
  }
  return send(std::move(sending), err);
}

colibri_status HttpClientApi::send(Sending sending, colibri_error* err) {
  const auto token = sending.token;
  const auto added = open_.add(token, {});
  if (added == OpenTokens<Open>::Added::full)
    return abi::refuse(err, COLIBRI_E_BUSY, "too many requests without an answer");
  if (added == OpenTokens<Open>::Added::twice)
    return abi::refuse(err, COLIBRI_E_INVALID_ARGUMENT,
                       "the token has a request without an answer");
  if (!sending.parts.empty()) {
    // Blobs are opened on the pool, and what is wrong with them is the answer.
    ports_.executor.post({this, token}, "http request of blobs",
                         [this, self = callee_.shared_from_this(),
                          later = std::move(sending)]() mutable { openAndSend(std::move(later)); });
    return COLIBRI_PENDING;
  }
  if (auto sent = hand(std::move(sending)); !sent) {
    open_.take(token);
    return abi::refuse(err, sent.error());
  }
  return COLIBRI_PENDING;
}

void HttpClientApi::openAndSend(Sending sending) {
  const auto token = sending.token;
  const auto lane = sending.request.instance;
  bool cancelled = true;  // unless it is still open, and wanted
  open_.with(token, [&](const Open& open) { cancelled = open.cancelled; });
  Result<void> sent = Error{Errc::cancelled, "the request was cancelled"};
  if (!cancelled) {
    sent = sending.parts.applyTo(sending.request, lane, *ports_.blobs, ports_.executor);
    if (sent) sent = hand(std::move(sending));
  }
  if (sent) return;
  net::HttpAnswer failed;
  failed.outcome = sent.error();
  open_.take(token);
  answer(lane, token, std::move(failed));
}

Result<void> HttpClientApi::hand(Sending sending) {
  const auto token = sending.token;
  const auto lane = sending.request.instance;
  const auto sent =
      ports_.http.send(std::move(sending.request),
                       [this, self = callee_.shared_from_this(), token, lane,
                        sink = std::move(sending.sink)](net::HttpAnswer answered) mutable {
                         open_.take(token);
                         received(lane, token, sink, std::move(answered));
                       });
  if (!sent) return sent.error();
  named(token, *sent);
  return {};
}

/// On the client's thread, which does not wait for the disk.
void HttpClientApi::received(InstanceKey lane, std::uint64_t token, const Sink& sink,
                             net::HttpAnswer answered) {
  if (!sink || !answered.outcome || !answered.sunk || answered.truncated)
    return answer(lane, token, std::move(answered));
  auto type = mediaTypeOf(answered);
  sink->finish(std::move(type), [this, self = callee_.shared_from_this(), lane, token,
                                 from = std::move(answered)](Result<blobs::Info> info) mutable {
    if (info) return answer(lane, token, std::move(from), std::move(*info));
    from.outcome = info.error();
    answer(lane, token, std::move(from));
  });
}

/// The client has given the request its id; a cancel that came before is passed on now.
void HttpClientApi::named(std::uint64_t userToken, net::HttpClient::Id id) {
  bool cancelled = false;
  open_.with(userToken, [&](Open& open) {
    open.id = id;
    cancelled = open.cancelled;
  });
  if (cancelled) ports_.http.cancel(id);
}

void HttpClientApi::cancel(std::uint64_t userToken) {
  net::HttpClient::Id id = 0;
  open_.with(userToken, [&](Open& open) {
    open.cancelled = true;
    id = open.id;
  });
  if (id != 0) ports_.http.cancel(id);
}

void HttpClientApi::closing(bool) {
  std::vector<std::uint64_t> tokens;
  open_.each([&](std::uint64_t token, const Open&) { tokens.push_back(token); });
  for (const auto token : tokens) cancel(token);
}

void HttpClientApi::answer(InstanceKey lane, std::uint64_t userToken, net::HttpAnswer answered,
                           std::optional<blobs::Info> blob) {
  Function<void()> unheard;
  if (blob) {  // nobody would know of it
    unheard = [store = ports_.blobs, lane, id = blob->id] {
      ignore(store->remove(lane, id), "it goes when it is old");
    };
  }
  callee_.onLane(
      lane, kHttpDoneEntry, Callee::Kind::answer,
      [this, userToken, from = std::move(answered),
       blob = std::move(blob)](colibri_plugin* plugin) mutable {
        auto a = abi::sized<colibri_http_answer>();
        std::vector<colibri_field> headers;
        abi::SharedBuffer::Ptr body;
        const auto info = blob ? blobInfoOf(*blob) : colibri_blob_info{};
        if (blob) a.blob = &info;
        const std::string detail = from.outcome ? std::string() : from.outcome.error().message;
        if (from.confidential) a.flags = COLIBRI_HTTP_A_CONFIDENTIAL;
        a.status = from.outcome ? COLIBRI_OK : abi::statusOf(from.outcome.error().code);
        a.detail = abi::str(detail);
        a.lookup_us = number(from.lookup.count());
        a.connect_us = number(from.connect.count());
        a.tls_us = number(from.tls.count());
        a.first_byte_us = number(from.firstByte.count());
        a.total_us = number(from.total.count());
        if (from.outcome) {
          a.http_status = from.status;
          if (from.truncated) a.flags |= COLIBRI_HTTP_A_TRUNCATED;
          a.retry_after_ms = number(from.retryAfter.count());
          for (const auto& [name, value] : from.headers)
            headers.push_back({abi::str(name), abi::str(value)});
          a.headers = headers.data();
          a.header_count = headers.size();
          if (!from.body.empty()) body = abi::SharedBuffer::make(std::move(from.body));
          a.body = body.get();
        }
        table_->http_done(plugin, userToken, &a);
      },
      std::move(unheard));
}

const colibri_host_http_client HttpClientApi::kTable{sizeof(colibri_host_http_client), 0,
                                                     hostCall<&HttpClientApi::request>,
                                                     hostCall<&HttpClientApi::cancel>};

const Capability HttpClientApi::kCapability{
    COLIBRI_EXT_HTTP_CLIENT, &kTable,
    [](const void* table) {
      const auto* t = static_cast<const colibri_plugin_http_client*>(table);
      return COLIBRI_HAS(t, http_done);
    },
    Capability::makes<HttpClientApi>};

}  // namespace colibri::plugin
