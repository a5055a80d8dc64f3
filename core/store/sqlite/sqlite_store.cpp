#include "store/sqlite/sqlite_store.hpp"

#include <utility>
#include <variant>

#include "store/sqlite/database_file.hpp"
#include "store/sqlite/errors.hpp"
#include "store/sqlite/kv_sealing.hpp"
#include "store/sqlite/reader_pool.hpp"
#include "store/sqlite/schema.hpp"
#include "store/sqlite/writer.hpp"

namespace colibri::store::sqlite {
namespace {

class OpenStore final : public Store {
 public:
  OpenStore(DatabaseFile file, std::unique_ptr<Connection> connection, const Clock& clock,
            const crypto::Sealer* sealer, const SqliteStore::Options& options)
      : file_(std::move(file)),
        clock_(clock),
        sealer_(sealer),
        readers_(file_.path(), sealer, options.readers),
        writer_(std::move(connection), clock, {options.groupMax, options.groupMaxBatches}) {}

  void submit(Batch batch, Done done) override {
    sealSecrets(batch);
    writer_.submit(std::move(batch), std::move(done));
  }
  std::size_t queuedBytes() const noexcept override { return writer_.queuedBytes(); }
  void shutdown() override { writer_.stop(); }

  Result<std::vector<InstanceRow>> instances() override {
    return read([](Queries& q) { return q.instances(); });
  }
  Result<std::vector<SettingsRow>> settings(InstanceKey instance) override {
    return read([&](Queries& q) { return q.settings(instance); });
  }
  Result<std::vector<CursorRow>> cursors() override {
    return read([](Queries& q) { return q.cursors(); });
  }
  Result<std::uint64_t> lastSequence(InstanceKey instance) override {
    return read([&](Queries& q) { return q.lastSequence(instance); });
  }
  Result<std::vector<EventRow>> events(InstanceKey instance, std::uint64_t after,
                                       std::uint32_t limit, std::size_t maxBytes) override {
    return read([&](Queries& q) { return q.events(instance, after, limit, maxBytes); });
  }
  Result<std::vector<DeadLetterRow>> deadLetters(std::string_view subscription,
                                                 InstanceKey instance, std::uint64_t after,
                                                 std::uint32_t limit) override {
    return read([&](Queries& q) { return q.deadLetters(subscription, instance, after, limit); });
  }
  Result<std::optional<IdempotencyRow>> idempotency(InstanceKey instance,
                                                    std::string_view key) override {
    return read([&](Queries& q) { return q.idempotency(instance, key, clock_.nowUs()); });
  }
  Result<std::vector<KvEntry>> kvGet(std::string_view plugin, InstanceKey instance,
                                     std::span<const std::string> keys) override {
    return read([&](Queries& q) { return q.kvGet(plugin, instance, keys, clock_.nowUs()); });
  }
  Result<std::vector<KvEntry>> kvScan(std::string_view plugin, InstanceKey instance,
                                      std::string_view prefix, std::string_view after,
                                      std::uint32_t limit) override {
    return read([&](Queries& q) {
      return q.kvScan(plugin, instance, prefix, after, limit, clock_.nowUs());
    });
  }
  Result<std::vector<KvPut>> kvAll(InstanceKey instance, const KvPlace& after,
                                   std::uint32_t limit) override {
    return read([&](Queries& q) { return q.kvAll(instance, after, limit, clock_.nowUs()); });
  }
  Result<std::uint64_t> countRows(InstanceKey instance) override {
    return read([&](Queries& q) { return q.countRows(instance); });
  }

 private:
  template <class T>
  struct Answer {
    using type = Result<T>;
  };
  template <class T>
  struct Answer<Result<T>> {
    using type = Result<T>;
  };

  template <class F>
  auto read(F ask) -> typename Answer<std::invoke_result_t<F&, Queries&>>::type {
    try {
      return ask(*readers_.borrow());
    } catch (const Poco::Exception& failure) {
      return toError(failure);
    }
  }

  void sealSecrets(Batch& batch) const {
    for (auto& operation : batch) {
      auto* put = std::get_if<KvPut>(&operation);
      if (put == nullptr || !put->secret) continue;
      put->secret = sealer_ != nullptr;
      if (sealer_ == nullptr) continue;
      put->value = sealer_->seal(put->value, kvContext(put->plugin, put->instance, put->key));
    }
  }

  DatabaseFile file_;
  const Clock& clock_;
  const crypto::Sealer* sealer_;
  ReaderPool readers_;
  Writer writer_;
};

}  // namespace

Result<std::unique_ptr<Store>> SqliteStore::open(const std::filesystem::path& path,
                                                 const Clock& clock, const crypto::Sealer* sealer,
                                                 Options options) try {
  auto file = DatabaseFile::claim(path);
  if (!file) return file.error();
  auto connection = std::make_unique<Connection>(path, Connection::Use::write, options.maxBytes);
  if (auto migrated = migrate(*connection, migrations()); !migrated) {
    return Error{migrated.error().code, path.string() + ": " + migrated.error().message};
  }
  return std::unique_ptr<Store>(
      std::make_unique<OpenStore>(std::move(*file), std::move(connection), clock, sealer, options));
} catch (const Poco::Exception& failure) {
  return Error{Errc::unavailable,
               "cannot open the database " + path.string() + ": " + failure.displayText()};
}

}  // namespace colibri::store::sqlite
