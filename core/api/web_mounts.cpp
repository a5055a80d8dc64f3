#include "api/web_mounts.hpp"

#include <iterator>
#include <utility>

#include "base/ascii.hpp"

namespace colibri::api {
namespace {

std::string joined(std::span<const std::string> segments) {
  std::string out;
  for (const auto& segment : segments) out.append(out.empty() ? "" : "/").append(segment);
  return out;
}

}  // namespace

std::optional<MountMatch> matchMount(std::span<const std::string> segments, Dialect rootDialect,
                                     std::span<const WebMount> mounts) {
  if (mounts.empty() || segments.empty()) return std::nullopt;
  const bool v2 = sameIgnoringCase(segments[0], "v2");
  const bool native = rootDialect == Dialect::v2 && sameIgnoringCase(segments[0], "native");
  if (v2 || native) segments = segments.subspan(1);
  for (std::size_t i = 0; i < mounts.size(); ++i) {
    const auto& mount = mounts[i];
    if (mount.ofInstance) {
      if (!v2 && segments.size() == 2 && sameIgnoringCase(segments[1], mount.path))
        return MountMatch{i, true, segments[0], {}};
    } else if (!segments.empty() && sameIgnoringCase(segments[0], mount.path)) {
      return MountMatch{i, false, {}, joined(segments.subspan(1))};
    }
  }
  return std::nullopt;
}

http::Response toResponse(Answer answer, Cors::Fields cors) {
  http::Response response;
  response.status = answer.status;
  response.contentType = std::move(answer.contentType);
  response.body = std::move(answer.body);
  response.headers = std::move(answer.headers);
  std::move(cors.begin(), cors.end(), std::back_inserter(response.headers));
  return response;
}

void PendingUpgrade::refuse(Answer answer) {
  responder.send(toResponse(std::move(answer), std::move(cors)));
}

void Gone::fire() {
  Function<void()> tell;
  {
    const std::scoped_lock lock(mutex_);
    fired_ = true;
    tell = std::move(tell_);
  }
  if (tell) tell();
}

void Gone::onFire(Function<void()> tell) {
  {
    const std::scoped_lock lock(mutex_);
    if (!fired_) {
      tell_ = std::move(tell);
      return;
    }
  }
  tell();
}

}  // namespace colibri::api
