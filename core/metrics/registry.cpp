#include "metrics/registry.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "metrics/text.hpp"

namespace colibri::metrics {
namespace {

Labels inOrder(Labels labels) {
  std::sort(labels.begin(), labels.end());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    COLIBRI_ASSERT(isLabelName(labels[i].first));
    COLIBRI_ASSERT(i == 0 || labels[i - 1].first != labels[i].first);
  }
  return labels;
}

template <class Families>
void appendFamilies(std::string& out, const Families& families, std::string_view type) {
  for (const auto& [name, family] : families) {
    appendHeader(out, name, family.help, type);
    for (const auto& [labels, metric] : family.series) {
      appendSample(out, name, labels, std::to_string(metric->value()));
    }
  }
}

}  // namespace

Registry::Registry() = default;
Registry::~Registry() = default;

template <class Metric>
Metric& Registry::find(Families<Metric>& families, std::string_view name, std::string_view help,
                       const Labels& labels) {
  auto family = families.find(name);
  if (family == families.end()) {
    COLIBRI_ASSERT(isMetricName(name));
    family = families.emplace(name, Family<Metric>{std::string(help), {}}).first;
  }
  auto& series = family->second.series;
  auto key = inOrder(labels);
  auto found = series.find(key);
  if (found == series.end()) {
    if (series.size() >= kMaxSeries) {
      for (auto& label : key) label.second = "other";
    }
    found = series.try_emplace(std::move(key)).first;
    if (!found->second) found->second = std::make_unique<Metric>();
  }
  return *found->second;
}

Counter& Registry::counter(std::string_view name, std::string_view help, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  COLIBRI_ASSERT(!gauges_.contains(name));
  return find(counters_, name, help, labels);
}

Gauge& Registry::gauge(std::string_view name, std::string_view help, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  COLIBRI_ASSERT(!counters_.contains(name));
  return find(gauges_, name, help, labels);
}

std::string Registry::prometheusText() const {
  std::string out;
  const std::lock_guard lock(mutex_);
  appendFamilies(out, counters_, "counter");
  appendFamilies(out, gauges_, "gauge");
  return out;
}

std::vector<std::string> Registry::names() const {
  std::vector<std::string> names;
  const std::lock_guard lock(mutex_);
  for (const auto& entry : counters_) names.push_back(entry.first);
  for (const auto& entry : gauges_) names.push_back(entry.first);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace colibri::metrics
