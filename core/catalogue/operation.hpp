#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace colibri::catalogue {

/// The shapes of paths and answers: ours, or those of v2 gateways.
enum class Dialect : std::uint8_t { native, v2 };

/// The key that opens an operation, decided before anything is looked up.
enum class Access : std::uint8_t {
  anyone,
  address,  ///< the first parameter of the path is the secret that opens it, of one instance
  globalKey,
  anyKey,       ///< an instance's key sees its own instance only
  instanceKey,  ///< the key of the instance in the path, or the global one
};

/// Who carries an operation out.
enum class Carrier : std::uint8_t {
  service,  ///< a part of the host, bound by the operation's id
  command,  ///< the instance's connector, to which the checked body goes
  plugin,   ///< a plugin, which brings the row itself when it is loaded
};

/// So many parameters a path has at most.
inline constexpr std::size_t kMostParams = 8;

/// What repeating a command would do.
enum class Effect : std::uint8_t {
  message,  ///< send one or more messages: published, and the answer is kept for its key
  once,     ///< do it twice: the answer is kept for its key
  safe,     ///< nothing: nothing is kept
};

/// What becomes of members of a body that the definition does not name.
enum class Unknown : std::uint8_t {
  byDialect,  ///< natively refused, under v2 dropped
  refused,
  dropped,
  kept  ///< its service judges them
};

/// A member as v2 clients spell it: the dotted way to it, and our name for it.
struct Spelling {
  std::string_view theirs, ours;
};

/// One operation, as its definition in core/catalogue/operations says (or in a plugin's folder of
/// that name). Texts are UTF-8 and live for ever.
struct Operation {
  std::string_view id;            ///< `message.sendText`: also the name of its command
  std::string_view method;        ///< empty: no route, a command that only the host gives
  std::string_view router, name;  ///< the words of the path; empty = not there
  std::span<const std::string_view> params = {};  ///< of the path behind them, in order
  Access access = Access::anyone;
  Carrier carrier = Carrier::service;
  Effect effect = Effect::safe;  ///< of a command
  std::string_view order = {};   ///< of a command: the way to the chat whose turn it waits for
  bool whileLinking = false;     ///< a command for an instance that is not open, but connecting
  Unknown unknown = Unknown::byDialect;
  std::string_view body, query;    ///< JSON Schemas (config/schema.hpp); empty = none
  std::string_view bodyOfV2 = {};  ///< where v2 clients send another; empty = the same
  bool raw = false;                ///< of a plugin: the body is bytes, which nobody reads before it
  std::span<const std::string_view> queryOfV2 = {};  ///< parameters that only v2 has
  std::span<const Spelling> spellings = {};
  bool yields = false;                     ///< a loaded plugin of the router's name takes its place
  int nativeStatus = 200, v2Status = 200;  ///< of success
  std::span<const int> statuses = {};  ///< every one that the document of the API promises, sorted
};

/// All of them, sorted by id. [Threading] any thread; constant.
std::span<const Operation> operations() noexcept;

/// Lower-case words that no instance may be called, so that every path has one meaning: those that
/// routes begin with, and those that the catalogue keeps for later.
std::span<const std::string_view> reservedWords() noexcept;

/// Members that v2's answers always have, whichever plugins are loaded: of create, an object each,
/// and of an instance's row, a relation or null.
std::span<const std::string_view> v2Created() noexcept;
std::span<const std::string_view> v2Relations() noexcept;

/// The document of the API (OpenAPI 3.1, JSON) as a dialect's clients need it.
std::string_view openApi(Dialect dialect) noexcept;

}  // namespace colibri::catalogue
