#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace colibri::metrics {

/// Something that only grows. [Threading] any thread, one relaxed atomic addition.
class Counter {
 public:
  void add(std::uint64_t n = 1) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  // On a cache line of its own: counters that are allocated together are hit by different threads.
  alignas(64) std::atomic<std::uint64_t> value_{0};
};

/// Something that goes up and down. [Threading] any thread, one relaxed atomic operation.
class Gauge {
 public:
  void set(std::int64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
  void add(std::int64_t n) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
  std::int64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  alignas(64) std::atomic<std::int64_t> value_{0};
};

using Labels = std::vector<std::pair<std::string, std::string>>;

/// The counters and gauges of one process, by name and labels.
///
/// Names are `colibri_<area>_<what>_<unit>`, e.g. `colibri_delivery_dead_letters_total`. Ask for a
/// metric once and keep the reference: looking it up takes a lock, counting does not. A name with
/// more than `kMaxSeries` different labels counts the surplus in one series whose label values are
/// `other`, so that names chosen by strangers cannot eat the memory.
///
/// [Threading] any thread; locked. [Errors] a name or label out of form, or the same name as
/// counter and gauge, is our bug and asserts. [Ownership] references live as long as the registry.
class Registry {
 public:
  static constexpr std::size_t kMaxSeries = 10'000;

  Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;
  ~Registry();

  /// `help` is one sentence; the first one given for a name stays.
  Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, const Labels& labels = {});

  /// The text format of Prometheus, version 0.0.4; names and labels in order.
  std::string prometheusText() const;
  /// Every name known so far, in order.
  std::vector<std::string> names() const;

 private:
  template <class Metric>
  struct Family {
    std::string help;
    std::map<Labels, std::unique_ptr<Metric>> series;
  };
  template <class Metric>
  using Families = std::map<std::string, Family<Metric>, std::less<>>;

  template <class Metric>
  static Metric& find(Families<Metric>& families, std::string_view name, std::string_view help,
                      const Labels& labels);

  mutable std::mutex mutex_;  // guards counters_ and gauges_
  Families<Counter> counters_;
  Families<Gauge> gauges_;
};

}  // namespace colibri::metrics
