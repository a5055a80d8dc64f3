#pragma once

#include "instances/connector.hpp"

namespace colibri::instances {

/// Takes what connectors report about their instances: the registry behind report_state().
///
/// [Threading] any thread. [Errors] an illegal transition is refused, logged and counted.
class ReportSink {
 public:
  virtual ~ReportSink() = default;
  virtual void report(const std::string& connectorAlias, StateReport report) = 0;
};

}  // namespace colibri::instances
