#pragma once

#include <memory>
#include <string>

#include "app/spawner.hpp"
#include "base/result.hpp"

namespace colibri::app {

inline constexpr const char* kVersion = COLIBRI_VERSION;

/// The whole gateway: builds every object, starts and stops them in order.
///
/// [Threading] one owner thread. [Blocking] all of it. [Errors] one sentence for the operator.
class Application {
 public:
  /// Reads and checks the configuration, nothing else.
  static Result<std::unique_ptr<Application>> configure(const std::string& file);
  ~Application();

  /// Whether the plugins that the configuration names take their sections. They are loaded for it,
  /// and not started.
  Result<void> checkPlugins() const;
  /// Every key in force with where it comes from, a line each; secrets masked. The plugins are
  /// loaded for it, and not started.
  Result<std::string> printConfig() const;
  /// `spawner`: what starts bridges as another user; null if this was not started as root.
  /// `afresh`: what does not fit together is moved aside first (--new).
  Result<void> start(std::unique_ptr<Spawner> spawner, bool afresh);
  /// Reads the configuration again. What is taken at once is `log`, whose file is opened again,
  /// too; the rest waits for the next start, and a line of the log names it.
  void readAgain();
  /// Drains the listener, answers who waits, stops plugins, writes what is left.
  void stop();

 private:
  struct Parts;
  explicit Application(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace colibri::app
