#pragma once

#include <boost/json/value.hpp>
#include <filesystem>
#include <string>
#include <string_view>

namespace colibri::catalogue_tool {

/// A value as YAML for people: what fits in a line is written in one. [pure]
std::string yamlText(const boost::json::value& value);
/// A value as JSON, indented by two. [pure]
std::string jsonText(const boost::json::value& value);
/// The bytes of a file; empty if there is none.
std::string contentOf(const std::filesystem::path& file);
/// `message.sendText` as a name in programs: messageSendText. [pure]
std::string camelCase(std::string_view id);
/// A text as a C++ literal that begins where it stands. [pure]
std::string cppText(std::string_view text);

}  // namespace colibri::catalogue_tool
