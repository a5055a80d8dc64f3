#include "link_page/page.hpp"

#include "base/assert.hpp"
#include "crypto/digest.hpp"
#include "link_page_files.hpp"

namespace colibri::link_page {
namespace {

void put(std::string& html, std::string_view mark, std::string_view text) {
  const auto at = html.find(mark);
  COLIBRI_ASSERT(at != std::string::npos);
  html.replace(at, mark.size(), text);
}

std::string hashOf(std::string_view text) {
  return "'sha256-" + crypto::base64(crypto::sha256(text)) + "'";
}

Page madeOf(std::string_view html, bool hasScript) {
  Page page{std::string(html), {}};
  put(page.html, "{{style}}", files::kStyle);
  if (hasScript) {
    put(page.html, "{{texts}}", files::kTexts);
    put(page.html, "{{sign}}", files::kSign);
    put(page.html, "{{script}}", files::kScript);
  }
  page.policy =
      "default-src 'none'; style-src " + hashOf(files::kStyle) +
      (hasScript ? "; script-src " + hashOf(files::kScript) + "; connect-src 'self'" : "") +
      "; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  return page;
}

}  // namespace

const Page& linkPage() {
  static const Page page = madeOf(files::kPage, true);
  return page;
}

const Page& endedPage() {
  static const Page page = madeOf(files::kEnded, false);
  return page;
}

std::string_view texts() noexcept {
  return files::kTexts;
}

}  // namespace colibri::link_page
