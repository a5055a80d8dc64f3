// One case of conformance, and the list of all.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "bench.hpp"

namespace colibri::conformance {

struct Case {
  const char* capability;  ///< its id
  const char* plugin;      ///< of plugins/, by its alias
  const char* name;        ///< a sentence about behaviour
  void (*run)(Bench& host);
};

inline std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.capability << ' ' << c.name;
}

/// All cases that are linked in, complete before main().
inline std::vector<Case>& cases() {
  static std::vector<Case> all;
  return all;
}

struct Registered {
  explicit Registered(const Case& c) { cases().push_back(c); }
};

}  // namespace colibri::conformance

/// A case: COLIBRI_CASE(COLIBRI_EXT_KV_STORE, "probe", AScanComesInOrder) { EXPECT_EQ(host.command(...),
/// ...); }
#define COLIBRI_CASE(Capability, Plugin, Name)                      \
  static void case##Name(::colibri::conformance::Bench& host);      \
  static const ::colibri::conformance::Registered registered##Name{ \
      {Capability, Plugin, #Name, &case##Name}};                    \
  static void case##Name(::colibri::conformance::Bench& host)
