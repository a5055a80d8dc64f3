#pragma once

#include <string>
#include <string_view>

#include "metrics/registry.hpp"

namespace colibri::metrics {

// Prometheus' text format. Pure; any thread.

/// `colibri_<area>_<what>_<unit>`: lower case and digits, at least four words.
bool isMetricName(std::string_view name);
bool isLabelName(std::string_view name);
/// The `# HELP` and `# TYPE` lines.
void appendHeader(std::string& out, std::string_view name, std::string_view help,
                  std::string_view type);
/// One `name{label="value"} number` line.
void appendSample(std::string& out, std::string_view name, const Labels& labels,
                  std::string_view number);

}  // namespace colibri::metrics
