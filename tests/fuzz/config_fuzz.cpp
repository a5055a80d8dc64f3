// Whatever stands in colibri.yaml: a sentence or a document, in bounded time; and what is accepted
// can be written down and is accepted again.
#include <boost/json/serialize.hpp>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/assert.hpp"
#include "config/core_schema.hpp"
#include "config/schema.hpp"
#include "config/settings.hpp"
#include "config/yaml.hpp"

using namespace colibri::config;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto kSchema = Schema::parse(coreSchemaText()).value();
  const std::string text(reinterpret_cast<const char*>(data), size);
  auto document = parseYaml(text);
  if (!document) {
    COLIBRI_ASSERT(!document.error().message.empty());
    return 0;
  }
  for (const auto& violation : kSchema.apply(document->root, "")) {
    COLIBRI_ASSERT(violation.sentence().find('\n') == std::string::npos);
    COLIBRI_ASSERT(document->placeOf(violation.path, violation.atKey).line > 0);
    return 0;
  }
  static_cast<void>(readSettings(document->root, {"/etc", false}));
  const auto again = kSchema.check(boost::json::serialize(document->root), "");
  COLIBRI_ASSERT(again.violations.empty());
  return 0;
}
