#include "instances/kept_settings.hpp"

#include <boost/json.hpp>
#include <sstream>

#include "shared/json.hpp"

namespace colibri::instances {
namespace {

constexpr std::string_view kForm = "settings/1";

}  // namespace

const std::string& KeptSettings::inForce() const noexcept {
  static const std::string kOff;
  return enabled ? json : kOff;
}

bool saysEnabled(const std::string& json) {
  const auto parsed = shared::parseJson(json);
  const auto* object = parsed.value.if_object();
  const auto* enabled = object == nullptr ? nullptr : object->if_contains("enabled");
  return enabled == nullptr || *enabled != boost::json::value(false);
}

std::string writeSettings(const KeptSettings& s) {
  std::ostringstream out;
  out << kForm << ' ' << (s.enabled ? 1 : 0) << ' ' << s.from << ' ' << s.createdAtUs << ' '
      << s.updatedAtUs << '\n'
      << s.json;
  return out.str();
}

Result<KeptSettings> readSettings(std::string text, std::int64_t instanceCreatedAtUs) {
  KeptSettings s;
  if (text.starts_with('{')) {
    s.json = std::move(text);
    s.createdAtUs = s.updatedAtUs = instanceCreatedAtUs;
    return s;
  }
  const auto line = text.find('\n');
  std::istringstream in(text.substr(0, line));
  std::string form;
  in >> form >> s.enabled >> s.from >> s.createdAtUs >> s.updatedAtUs;
  if (in.fail() || form != kForm || line == text.npos)
    return Error{Errc::rejected, "kept settings are in a form that this version does not know"};
  s.json = text.substr(line + 1);
  return s;
}

}  // namespace colibri::instances
