#pragma once

#include <deque>

#include "conformance/bench.hpp"
#include "host_fixture.hpp"
#include "plugin/abi.hpp"
#include "wire.hpp"

namespace colibri::plugin::testing {

/// The bench of the cases of conformance over the gateway's own host, with the rest of the core
/// faked.
class HostBench final : public conformance::Bench, private PluginHostTest {
 public:
  using Said = conformance::Said;
  explicit HostBench(const std::string& plugin) {
    SetUpTestSuite();
    PluginHostTest::SetUp();
    settings_.observer = [this](InstanceKey key, const std::string& alias,
                                const instances::KeptSettings& kept) {
      host_->observer().onSettings(key, alias, kept);
    };
    lanes_.setHead(0);
    run({plugin});
  }
  ~HostBench() override { PluginHostTest::TearDown(); }

  bool wait(const std::function<bool()>& done) override { return bell_.wait(done); }
  void stop() override { host_->stop(); }
  std::size_t violations() override { return only().misbehaviour; }

  void introduce(std::uint64_t instance) override { PluginHostTest::introduce(instance); }
  void settings(std::uint64_t instance, const std::string& json) override {
    change(instance, json);
  }

  std::uint64_t begin(const std::string& name, const std::string& body,
                      std::uint64_t instance) override {
    return PluginHostTest::begin(name, body, instance);
  }
  std::optional<Said> completion(std::uint64_t token) override {
    const auto done = completions_.of(token);
    if (!done) return std::nullopt;
    return *done ? Said{COLIBRI_OK, **done}
                 : Said{abi::statusOf(done->error().code), done->error().message};
  }
  void cancel(std::uint64_t token) override { host_->connectors().at(0)->cancel(token); }
  void open(std::uint64_t instance, const std::string& options) override {
    host_->connectors().at(0)->open({instance, "uuid", "shop", {}, options}, {});
  }
  std::vector<std::pair<std::uint64_t, std::uint32_t>> reported() override {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> all;
    for (const auto& [alias, report] : reports_.all())
      all.emplace_back(report.instance, static_cast<std::uint32_t>(report.state));
    return all;
  }

  std::vector<conformance::Ordered> orders() override {
    std::vector<conformance::Ordered> all;
    for (const auto& o : commands_.orders())
      all.push_back({o.command.name, o.command.body, o.key, o.origin});
    return all;
  }
  void answerOrder(std::size_t order, const Said& said, const std::string& messageId) override {
    const auto status = static_cast<colibri_status>(said.status);
    commands_.answer(order, {status < 0 ? Result<std::string>(Error{abi::errcOf(status), said.text})
                                        : Result<std::string>(said.text),
                             messageId});
  }

  std::vector<std::pair<std::uint64_t, std::uint32_t>> questions() override {
    return instances_.asked();
  }
  void answerQuestion(std::size_t question, const Said& said, std::uint32_t state) override {
    const auto status = static_cast<colibri_status>(said.status);
    if (status < 0) return instances_.answer(question, Error{abi::errcOf(status), said.text});
    instances_.answer(question, InstanceView{static_cast<instances::State>(state), "uuid",
                                             said.text, "PROBE", "1@probe"});
  }

  void failStore(bool fails) override {
    store_.fail(fails);
    settings_.failing = fails;
    events_.keep(fails ? std::nullopt : std::optional(log_));
  }
  void fillLog(bool full) override {
    events_.busy(full);
    if (!full) host_->onRoom();
  }
  std::vector<conformance::Logged> logged(std::uint64_t instance) override {
    std::vector<conformance::Logged> all;
    for (const auto& d : events_.drafts(instance)) all.push_back({d.typeName, d.chatId, d.body});
    return all;
  }
  void keepLog(std::vector<std::pair<std::uint64_t, std::string>> events) override {
    for (auto& [sequence, type] : events) {
      events::EventData data;
      data.instance = 1;
      data.sequence = sequence;
      data.typeName = std::move(type);
      data.body = "{}";
      log_.push_back(events::Event::make(std::move(data)));
      lanes_.setHead(sequence);
    }
    events_.keep(log_);
  }

  std::uint64_t deliver(std::uint64_t instance, const std::string& body) override {
    return PluginHostTest::deliver(instance, body);
  }
  std::optional<conformance::Ended> ended(std::uint64_t delivery) override {
    using Kind = delivery::Outcome::Kind;
    using conformance::Ended;
    const auto outcomes = lanes_.outcomes(delivery);
    if (outcomes.empty()) return std::nullopt;
    switch (outcomes.front().kind) {
      case Kind::ok:
        return Ended::delivered;
      case Kind::laneFailure:
        return Ended::laneFailed;
      case Kind::gone:
        return Ended::gone;
      case Kind::returned:
        return Ended::returned;
      default:
        return Ended::eventFailed;
    }
  }

  std::vector<conformance::Exchange> exchanges() override {
    std::vector<conformance::Exchange> all;
    for (const auto& r : http_.requests()) {
      all.push_back({r.method, r.url, r.body ? *r.body : r.source ? drain(*r.source) : ""});
      all.back().form = formOf(r, all.back().body);
    }
    return all;
  }
  void answer(std::size_t exchange, unsigned status, const std::string& body) override {
    net::HttpAnswer answer{Result<void>(), 0, {}, {}};
    answer.status = status;
    answer.body = body;
    if (const auto r = http_.requests().at(exchange); r.sink && status >= 200 && status < 300) {
      answer.sunk = true;
      answer.truncated = body.size() > r.maxSinkBytes;
      answer.body.clear();
      if (!answer.truncated) {
        EXPECT_TRUE(r.sink->put(body).value());
      }
    }
    http_.answer(exchange + 1, std::move(answer));
  }
  void fail(std::size_t exchange, colibri_status why, const std::string& text) override {
    http_.answer(exchange + 1, FakeHttp::failed({abi::errcOf(why), text}));
  }
  void refuseExchanges(bool refuses) override { http_.busy(refuses); }

  std::uint64_t ask(const conformance::RowRequest& r) override {
    RouteCall call;
    call.instance = r.instance;
    call.instanceName = "shop";
    call.v2 = true;
    call.params = r.params;
    call.query = r.query;
    call.headers = r.headers;
    call.body = r.body;
    call.sender = "198.51.100.7";
    const auto token = ++lastToken_;
    host_->serve(routeOf(r.row), std::move(call), [this, token](Result<RouteAnswer> a) {
      if (!a) return keep(token, {abi::statusOf(a.error().code), a.error().message});
      std::string head = a->contentType + '\n';
      for (const auto& [name, value] : a->headers) head += name + ": " + value + '\n';
      keep(token, {a->status, a->body}, std::move(head));
    });
    return token;
  }
  std::string headOf(std::uint64_t request) override {
    const std::scoped_lock lock(mutex_);
    return heads_[request];
  }
  std::optional<Said> replied(std::uint64_t request) override {
    const std::scoped_lock lock(mutex_);
    const auto found = replies_.find(request);
    return found == replies_.end() ? std::nullopt : std::optional(found->second);
  }

  std::uint64_t connect(std::size_t mount, const std::string& refuse) override {
    auto r = web({});
    r.query = {{"refuse", refuse}};
    auto& wire = wires_.emplace_back();
    host_->open(mount, std::move(r), std::make_unique<Upgrade>(wire, bell_));
    EXPECT_TRUE(bell_.wait([&] {
      const std::scoped_lock lock(wire.mutex);
      return wire.peer || wire.refused;
    }));
    return wires_.size() - 1;
  }
  std::optional<Said> refused(std::uint64_t connection) override {
    auto& wire = wires_.at(connection);
    const std::scoped_lock lock(wire.mutex);
    if (!wire.refused) return std::nullopt;
    return Said{abi::statusOf(wire.refused->error.code), wire.refused->error.message};
  }
  void say(std::uint64_t connection, const std::string& text) override {
    auto& wire = wires_.at(connection);
    std::shared_ptr<WebPeer> peer;
    {
      const std::scoped_lock lock(wire.mutex);
      peer = wire.peer;
    }
    peer->onMessage(true, text);
  }
  std::vector<std::string> heard(std::uint64_t connection) override {
    auto& wire = wires_.at(connection);
    const std::scoped_lock lock(wire.mutex);
    return wire.sent;
  }
  std::uint32_t closeCode(std::uint64_t connection) override {
    auto& wire = wires_.at(connection);
    const std::scoped_lock lock(wire.mutex);
    return wire.code;
  }
  std::uint64_t askRaw(const std::string& path, const std::string& body) override {
    const auto token = ++lastToken_;
    auto r = web(path);
    r.body = body;
    host_->serveRaw(0, std::move(r),
                    {[this, token](WebOutcome outcome) {
                       const auto& why = outcome.refusal.error;
                       if (!outcome.answer)
                         return keep(token, {abi::statusOf(why.code), why.message});
                       keep(token, {outcome.answer->status, outcome.answer->body});
                     },
                     [](Function<void()>) {}});
    return token;
  }
  std::optional<Said> repliedRaw(std::uint64_t request) override { return replied(request); }

 private:
  /// What the client would send.
  std::string drain(net::BodySource& source) {
    source.begin([this] { bell_.ring(); });
    source.rewind();
    std::string all;
    char buffer[1000];
    EXPECT_TRUE(bell_.wait([&] {
      while (all.size() < source.size()) {
        const auto got = source.take(buffer, sizeof buffer);
        if (!got || *got == 0) return !got.has_value();
        all.append(buffer, *got);
      }
      return true;
    }));
    source.end();
    return all;
  }
  static std::string between(const std::string& in, const std::string& before,
                             const std::string& behind) {
    const auto at = in.find(before);
    if (at == in.npos) return {};
    const auto from = at + before.size();
    return in.substr(from, in.find(behind, from) - from);
  }
  /// The fields of a form, as a server would read them.
  static std::vector<conformance::Field> formOf(const net::HttpRequest& request,
                                                const std::string& body) {
    std::vector<conformance::Field> form;
    std::string boundary;
    for (const auto& [name, value] : request.headers)
      if (name == "Content-Type") boundary = between(value + "\n", "boundary=", "\n");
    if (boundary.empty()) return form;
    const auto line = "--" + boundary;
    for (auto at = body.find(line); at != body.npos;) {
      const auto next = body.find(line, at + line.size());
      if (next == body.npos) break;
      const auto part = body.substr(at + line.size() + 2, next - at - line.size() - 4);
      const auto cut = part.find("\r\n\r\n");
      const auto head = part.substr(0, cut + 2);
      auto filename = between(head, "filename=\"", "\"");
      if (const auto quote = filename.find("%22"); quote != filename.npos)
        filename.replace(quote, 3, "\"");
      form.push_back({between(head, "; name=\"", "\""), filename,
                      between(head, "Content-Type: ", "\r"), part.substr(cut + 4)});
      at = next;
    }
    return form;
  }
  void TestBody() override {}
  void keep(std::uint64_t token, Said said, std::string head = {}) {
    {
      const std::scoped_lock lock(mutex_);
      heads_[token] = std::move(head);
      replies_[token] = std::move(said);
    }
    bell_.ring();
  }
  static WebRequest web(std::string path) {
    WebRequest r;
    r.method = "GET";
    r.path = std::move(path);
    r.checkKey = [](std::string_view key) -> KeyVerdict {
      if (key == "right") return {KeyVerdict::Is::known, {WebCaller::Kind::instance, 1}};
      return {KeyVerdict::Is::wrong};
    };
    return r;
  }

  std::vector<events::EventPtr> log_;
  std::deque<Wire> wires_;
  std::mutex mutex_;  // guards the rest
  std::map<std::uint64_t, Said> replies_;
  std::map<std::uint64_t, std::string> heads_;
};

}  // namespace colibri::plugin::testing
