// The bench over the SDK's FakeHost, with a plugin from its library.
#pragma once

#include <dlfcn.h>

#include <colibri/testing/fake_host.hpp>
#include <stdexcept>

#include "bench.hpp"

namespace colibri::conformance {

namespace t = colibri::testing;

class FakeBench : public Bench {
 public:
  explicit FakeBench(const std::string& library) : host_(entry(library)) {
    if (host_.load() < 0 || host_.start() < 0) throw std::runtime_error(host_.error());
    host_.key("right", COLIBRI_CALLER_INSTANCE, 1);
    host_.filterLog(
        [](const colibri_event& e, const std::string&) { return t::text(e.type_name) == "call"; });
  }

  bool wait(const std::function<bool()>& done) override { return host_.waitFor(done); }
  void stop() override { host_.stop(); }
  std::size_t violations() override { return host_.violations().size(); }

  void introduce(std::uint64_t instance) override {
    if (host_.extension<void>(COLIBRI_EXT_INSTANCE_OBSERVER) == nullptr) return;
    host_.state({.state = COLIBRI_INSTANCE_CLOSED, .instance = instance, .snapshot = true});
    host_.settings(instance, "");
  }
  void settings(std::uint64_t instance, const std::string& json) override { host_.settings(instance, json); }

  std::uint64_t begin(const std::string& name, const std::string& body, std::uint64_t instance) override {
    const auto [token, status] = host_.submit(
        {.name = name, .instance = instance, .body = body, .messageId = "id-" + std::to_string(++ids_)});
    if (status < 0) refused_[token] = {status, host_.error()};
    return token;
  }
  std::optional<Said> completion(std::uint64_t token) override {
    if (const auto refused = refused_.find(token); refused != refused_.end()) return refused->second;
    const auto done = host_.completion(token);
    if (!done) return std::nullopt;
    return Said{done->status, done->status < 0 ? done->detail : done->resultJson};
  }
  void cancel(std::uint64_t token) override { host_.cancel(token); }
  void open(std::uint64_t instance, const std::string& options) override { host_.open(instance, options); }
  std::vector<std::pair<std::uint64_t, std::uint32_t>> reported() override {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> all;
    for (const auto& s : host_.states()) all.emplace_back(s.instance, s.state);
    return all;
  }

  std::vector<Ordered> orders() override {
    std::vector<Ordered> all;
    for (const auto& o : host_.orders()) all.push_back({o.name, o.body, o.key, o.origin});
    return all;
  }
  void answerOrder(std::size_t order, const Said& said, const std::string& messageId) override {
    host_.answerOrder(order, {static_cast<colibri_status>(said.status), messageId, said.text, said.text});
  }

  std::vector<std::pair<std::uint64_t, std::uint32_t>> questions() override {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> all;
    for (const auto& q : host_.questions()) all.emplace_back(q.instance, q.what);
    return all;
  }
  void answerQuestion(std::size_t question, const Said& said, std::uint32_t state) override {
    host_.answerQuestion(question, {.state = state,
                                    .status = static_cast<colibri_status>(said.status),
                                    .detail = said.text,
                                    .name = said.text});
  }

  void failStore(bool fails) override {
    const colibri_status status = fails ? COLIBRI_E_UNAVAILABLE : COLIBRI_OK;
    host_.failCommits(status);
    host_.failKv(status);
    host_.failReads(status);
  }
  void fillLog(bool full) override { host_.refusePublish(full ? COLIBRI_E_BUSY : COLIBRI_OK); }
  std::vector<Logged> logged(std::uint64_t instance) override {
    std::vector<Logged> all;
    for (const auto& d : host_.store()->log(instance)) all.push_back({d.typeName, d.chat, d.body});
    return all;
  }
  void keepLog(std::vector<std::pair<std::uint64_t, std::string>> events) override {
    for (const auto& [sequence, type] : events)
      host_.append(t::makeEvent({.type = type, .sequence = sequence}));
  }

  std::uint64_t deliver(std::uint64_t instance, const std::string& body) override {
    return host_.deliver(t::makeEvent({.type = "call", .instance = instance, .body = body}));
  }
  std::optional<Ended> ended(std::uint64_t delivery) override {
    const auto outcome = host_.outcome(delivery);
    return outcome ? std::optional(meaning(outcome->status)) : std::nullopt;
  }

  std::vector<Exchange> exchanges() override {
    std::vector<Exchange> all;
    for (const auto& c : host_.httpCalls()) {
      all.push_back({c.method, c.url, c.body});
      for (const auto& p : c.parts) all.back().form.push_back({p.name, p.filename, p.mediaType, p.bytes});
    }
    return all;
  }
  void answer(std::size_t exchange, unsigned status, const std::string& body) override {
    host_.answerHttp(host_.httpCalls().at(exchange).userToken, {.httpStatus = status, .body = body});
  }
  void fail(std::size_t exchange, colibri_status why, const std::string& text) override {
    host_.answerHttp(host_.httpCalls().at(exchange).userToken, {.status = why, .detail = text});
  }
  void refuseExchanges(bool refuses) override { host_.refuseHttp(refuses ? COLIBRI_E_BUSY : COLIBRI_OK); }

  std::uint64_t ask(const RowRequest& r) override {
    return host_.request({.row = r.row,
                          .instance = r.instance,
                          .v2 = true,
                          .body = r.body,
                          .params = r.params,
                          .query = r.query,
                          .headers = r.headers});
  }
  std::string headOf(std::uint64_t request) override {
    const auto reply = host_.reply(request);
    auto head = reply->contentType + '\n';
    for (const auto& [name, value] : reply->headers) head += name + ": " + value + '\n';
    return head;
  }
  std::optional<Said> replied(std::uint64_t request) override {
    const auto reply = host_.reply(request);
    if (!reply) return std::nullopt;
    return Said{reply->refusal < 0 ? reply->refusal : static_cast<std::int64_t>(reply->status), reply->body};
  }

  std::uint64_t connect(std::size_t mount, const std::string& refuse) override {
    return host_.connect({.mount = mount, .query = {{"refuse", refuse}}});
  }
  std::optional<Said> refused(std::uint64_t connection) override {
    const auto c = host_.connection(connection);
    return c && c->refusal < 0 ? std::optional(Said{c->refusal, c->detail}) : std::nullopt;
  }
  void say(std::uint64_t connection, const std::string& text) override { host_.message(connection, text); }
  std::vector<std::string> heard(std::uint64_t connection) override {
    std::vector<std::string> all;
    const auto seen = host_.connection(connection);
    for (const auto& message : seen->received) all.push_back(message.data);
    return all;
  }
  std::uint32_t closeCode(std::uint64_t connection) override {
    return host_.connection(connection)->closeCode;
  }
  std::uint64_t askRaw(const std::string& path, const std::string& body) override {
    return host_.ask({.path = path, .body = body});
  }
  std::optional<Said> repliedRaw(std::uint64_t request) override {
    const auto reply = host_.webReply(request);
    if (!reply) return std::nullopt;
    return Said{reply->refusal < 0 ? reply->refusal : static_cast<std::int64_t>(reply->status), reply->body};
  }

 protected:
  t::FakeHost host_;

 private:
  static const colibri_descriptor& entry(const std::string& library) {
    void* handle = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (handle == nullptr) throw std::runtime_error(::dlerror());
    using Entry = const colibri_descriptor* (*)();
    const auto found = reinterpret_cast<Entry>(::dlsym(handle, COLIBRI_ENTRY_SYMBOL));
    if (found == nullptr) throw std::runtime_error(library + " exports no entry");
    return *found();
  }
  /// The table of event_sink.h.
  static Ended meaning(colibri_status status) {
    switch (status) {
      case COLIBRI_OK:
        return Ended::delivered;
      case COLIBRI_E_UNAVAILABLE:
      case COLIBRI_E_TIMEOUT:
      case COLIBRI_E_BUSY:
      case COLIBRI_E_RATE_LIMITED:
      case COLIBRI_E_UNAUTHENTICATED:
      case COLIBRI_E_FORBIDDEN:
      case COLIBRI_E_NOT_FOUND:
        return Ended::laneFailed;
      case COLIBRI_E_GONE:
        return Ended::gone;
      case COLIBRI_E_CANCELLED:
      case COLIBRI_E_SHUTTING_DOWN:
        return Ended::returned;
      default:
        return Ended::eventFailed;
    }
  }

  unsigned ids_ = 0;
  std::map<std::uint64_t, Said> refused_;
};

}  // namespace colibri::conformance
