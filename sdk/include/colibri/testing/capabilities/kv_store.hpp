// colibri/testing/capabilities/kv_store.hpp -- FakeHost's kv-store/1, over FakeStore.
#pragma once

#include <colibri/abi/ext/kv_store.h>
#include <colibri/testing/capabilities/drafts.hpp>
#include <colibri/testing/fake_core.hpp>

namespace colibri::testing {

class FakeKvStore : public virtual FakeCore {
 public:
  static constexpr const char* kId = COLIBRI_EXT_KV_STORE;

  void refuseKv(colibri_status status) { set(refuseKv_, status); }  ///< every kv call
  void failKv(colibri_status status) { set(failKv_, status); }      ///< kv_done of get and scan
  void holdKv(bool to) { hold(heldKv_, to); }                       ///< kv_done waits until released

 private:
  static constexpr size_t kMaxKeys = 4096, kMaxValueBytes = 1 << 20;
  static bool goodKey(const std::string& key) noexcept { return !key.empty() && key.size() <= 512; }

  colibri_status oweKv(colibri_error* err, Task task) {  // locked
    if (refuseKv_ < 0) return refuse(err, refuseKv_, "refused as the test asked");
    owe(heldKv_, std::move(task));
    return COLIBRI_PENDING;
  }
  void kvDone(uint64_t token, colibri_status status, const std::optional<std::string>& result) {
    const auto buffer = result && status >= 0 ? makeBuffer(*result) : nullptr;
    extension<colibri_plugin_kv_store>(kId)->kv_done(plugin_, token, status, buffer.get());
  }
  static void record(std::string& to, const std::string& key, const std::optional<std::string>& value) {
    const auto number = [&](size_t n) {
      for (int i = 0; i < 4; ++i) to += static_cast<char>(static_cast<uint8_t>(n >> (8 * i)));
    };
    number(key.size());
    number(value ? value->size() : size_t{COLIBRI_KV_ABSENT});
    to += key;
    if (value) to += *value;
  }

  static colibri_status hostGetMany(const colibri_host* h, uint64_t instance, const colibri_str* keys,
                                    size_t count, uint64_t token, colibri_error* err) noexcept {
    auto& host = of<FakeKvStore>(h);
    return host.called("get_many", [&] {
      std::vector<std::string> asked;
      for (size_t i = 0; i < count && i <= kMaxKeys; ++i) asked.push_back(text(keys[i]));
      if (count == 0 || count > kMaxKeys || !std::all_of(asked.begin(), asked.end(), goodKey))
        return refuse(err, COLIBRI_E_INVALID_ARGUMENT, "a key of no or too many bytes, or too many keys");
      return host.oweKv(err, [&host, instance, token, asked = std::move(asked)] {
        std::string out;
        for (const auto& key : asked) record(out, key, host.store_->get(instance, key, host.nowUs()));
        host.kvDone(token, host.copy(host.failKv_), out);
      });
    });
  }
  static colibri_status hostWrite(const colibri_host* h, uint64_t instance, const colibri_kv_op* ops,
                                  size_t count, uint64_t token, colibri_error* err) noexcept {
    auto& host = of<FakeKvStore>(h);
    return host.called("write", [&] {
      if (count == 0 || count > kMaxKeys)
        return refuse(err, COLIBRI_E_INVALID_ARGUMENT, "no operation, or too many");
      auto wanted = copyOperations(ops, count);
      for (const auto& op : wanted)
        if (!goodKey(op.key) || op.value.size() > kMaxValueBytes)
          return refuse(err, COLIBRI_E_INVALID_ARGUMENT, "a key or value over its limit");
      return host.oweKv(err, [&host, instance, token, wanted = std::move(wanted)] {
        const auto status = host.copy(host.failCommits_);
        if (status >= 0) host.store_->commit(instance, {}, wanted, host.nowUs());
        host.kvDone(token, status, std::nullopt);
      });
    });
  }
  static colibri_status hostScan(const colibri_host* h, uint64_t instance, colibri_str prefix,
                                 colibri_str after, uint32_t limit, uint64_t token,
                                 colibri_error* err) noexcept {
    auto& host = of<FakeKvStore>(h);
    return host.called("scan", [&] {
      if (prefix.size > 512 || after.size > 512 || limit == 0)
        return refuse(err, COLIBRI_E_INVALID_ARGUMENT, "a text over its limit, or limit 0");
      return host.oweKv(err, [&host, instance, token, limit, begin = text(prefix), past = text(after)] {
        std::string out;
        uint32_t found = 0;
        for (const auto& [key, value] : host.store_->entries(instance, host.nowUs())) {
          if (found == limit) break;
          if (!key.starts_with(begin) || key <= past) continue;
          record(out, key, value);
          ++found;
        }
        host.kvDone(token, host.copy(host.failKv_), out);
      });
    });
  }

  Held heldKv_{*this};
  colibri_status refuseKv_ = COLIBRI_OK, failKv_ = COLIBRI_OK;

 public:
  static constexpr colibri_host_kv_store kTable{sizeof(colibri_host_kv_store), 0, &hostGetMany, &hostWrite,
                                                &hostScan};
};

}  // namespace colibri::testing
