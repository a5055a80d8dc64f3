#include "plugin/callee.hpp"

#include <array>
#include <utility>

#include "base/assert.hpp"

namespace colibri::plugin {
namespace {

// Constants of other files are made with these, so they need no constructor themselves.
constinit std::array<const char*, 64> allEntries{};
constinit std::size_t entryCount = 0;

std::vector<std::string> namesFor(const std::string& alias) {
  std::vector<std::string> names;
  for (const auto* name : Entry::all()) names.push_back(alias + ' ' + name);
  return names;
}

}  // namespace

Entry::Entry(const char* name) noexcept : index_(entryCount++) {
  COLIBRI_ASSERT(index_ < allEntries.size());
  allEntries[index_] = name;
}

std::span<const char* const> Entry::all() noexcept {
  return std::span(allEntries).first(entryCount);
}

Callee::Callee(exec::Executor& executor, std::string alias, std::string id, bool serial)
    : executor_(executor),
      alias_(std::move(alias)),
      id_(std::move(id)),
      serial_(serial),
      names_(namesFor(alias_)) {}

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
