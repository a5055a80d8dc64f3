#include "plugin/callee.hpp"

#include <utility>

namespace colibri::plugin {

Callee::Callee(exec::Executor& executor, std::string alias, std::string id, bool serial)
    : executor_(executor),
      alias_(std::move(alias)),
      id_(std::move(id)),
      serial_(serial),
      names_{alias_ + " deliver",         alias_ + " revoke",          alias_ + " on_state",
             alias_ + " on_settings",     alias_ + " instance_open",   alias_ + " instance_close",
             alias_ + " instance_logout", alias_ + " instance_forget", alias_ + " submit",
             alias_ + " cancel",          alias_ + " published",       alias_ + " resume",
             alias_ + " kv_done",         alias_ + " store read",      alias_ + " http_done",
             alias_ + " on_request",      alias_ + " settings_done",   alias_ + " on_open",
             alias_ + " on_message",      alias_ + " on_writable",     alias_ + " on_closed",
             alias_ + " on_http",         alias_ + " on_http_gone",    alias_ + " read_done",
             alias_ + " log read",        alias_ + " control"} {}

void Callee::onLane(InstanceKey instance, Entry entry, Kind kind, Call call,
                    Function<void()> refused) {
  onStrand({this, serial_ ? 0 : instance}, entry, kind, std::move(call), std::move(refused));
}

void Callee::onToken(std::uint64_t token, Entry entry, Kind kind, Call call,
                     Function<void()> refused) {
  const auto strand = serial_ ? exec::StrandKey{this, 0} : exec::StrandKey{&tokenTag_, token};
  onStrand(strand, entry, kind, std::move(call), std::move(refused));
}

void Callee::onStrand(exec::StrandKey strand, Entry entry, Kind kind, Call call,
                      Function<void()> refused) {
  executor_.post(strand, what(entry),
                 [self = shared_from_this(), kind, call = std::move(call),
                  refused = std::move(refused)]() mutable {
                   if (const auto pass = self->gate_.enter(kind)) return call(self->plugin_);
                   if (refused) refused();
                 });
}

void Callee::beside(Entry entry, Call call) {
  executor_.post({&besideTag_, 0}, what(entry),
                 [self = shared_from_this(), call = std::move(call)]() mutable {
                   if (const auto pass = self->gate_.enter(Kind::work)) call(self->plugin_);
                 });
}

void Callee::onReader(InstanceKey instance, Entry entry, Function<void()> work) {
  executor_.post({&readerTag_, instance}, what(entry),
                 [self = shared_from_this(), work = std::move(work)]() mutable { work(); });
}

}  // namespace colibri::plugin
