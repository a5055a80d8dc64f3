#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace colibri {

template <class Signature>
class Function;

/// A callable that is moved, never copied, so it may own move-only things.
///
/// [Threading] as the callable. [Errors] calling an empty one is our bug (null dereference).
template <class R, class... Args>
class Function<R(Args...)> {
 public:
  Function() = default;
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, Function> &&
           std::is_invocable_r_v<R, F&, Args...>) Function(F&& f)
      : call_(std::make_unique<Holder<std::decay_t<F>>>(std::forward<F>(f))) {}

  explicit operator bool() const noexcept { return call_ != nullptr; }
  R operator()(Args... args) { return call_->run(std::forward<Args>(args)...); }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual R run(Args...) = 0;
  };
  template <class F>
  struct Holder final : Base {
    explicit Holder(F f) : f_(std::move(f)) {}
    R run(Args... args) override {
      if constexpr (std::is_void_v<R>)
        static_cast<void>(f_(std::forward<Args>(args)...));
      else
        return f_(std::forward<Args>(args)...);
    }
    F f_;
  };
  std::unique_ptr<Base> call_;
};

}  // namespace colibri
