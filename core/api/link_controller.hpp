#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "api/call.hpp"
#include "api/services.hpp"
#include "commands/command_service.hpp"
#include "instances/lifecycle.hpp"
#include "link_page/link_tokens.hpp"

namespace colibri::api {

/// The operations of link pages: a person who has the address links the instance, and does nothing
/// else. The page itself and the secrets in its address are of core/link_page.
///
/// [Threading] any thread; immutable. Nothing blocks: a request waits as a token.
class LinkController {
 public:
  /// [Ownership] what is referred to outlives what is bound.
  struct Parts {
    link_page::LinkTokens& tokens;
    instances::Lifecycle& lifecycle;
    const instances::Registry& registry;
    commands::CommandService& commands;
    const Clock& clock;
    std::string serverUrl;  ///< where people reach the gateway
    std::function<Result<std::string>(std::string_view)> drawQr;  ///< text → PNG data URL
  };
  explicit LinkController(Parts parts) : parts_(std::move(parts)) {}

  void bindTo(Services& services) const;

 private:
  void issue(Call call) const;
  void page(Call call) const;
  void state(Call call) const;
  void connect(Call call) const;
  void passkey(Call call) const;
  bool isOver(const Call& call) const;

  Parts parts_;
};

/// To a wrong address, or one that has ended: 404, for a browser as a page; 429 once its sender had
/// so many of them that it has to `wait`.
Answer noSuchLink(const Route& route, std::optional<std::chrono::seconds> wait);

}  // namespace colibri::api
