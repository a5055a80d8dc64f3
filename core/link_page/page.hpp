#pragma once

#include <string>
#include <string_view>

namespace colibri::link_page {

/// A document with everything it needs inside.
struct Page {
  std::string html;
  std::string policy;  ///< Content-Security-Policy: its own style and script by hash, nothing else
};

/// What a person sees who opens the address of a link, in three languages. [Threading] any thread;
/// made once.
const Page& linkPage();
/// What is said of an address that is wrong or has ended.
const Page& endedPage();
/// The texts of the page: language → name → text (JSON).
std::string_view texts() noexcept;

}  // namespace colibri::link_page
