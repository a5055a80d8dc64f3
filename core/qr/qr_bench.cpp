#include <benchmark/benchmark.h>

#include <string>

#include "qr/data_url.hpp"

namespace {

/// As random as a login code, so that nothing compresses by accident.
std::string loginCode(std::size_t size) {
  static constexpr char kAlphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text = "2@";
  for (unsigned state = 1; text.size() < size;) {
    state = state * 1664525u + 1013904223u;
    text += kAlphabet[state >> 26];
  }
  return text;
}

void pngDataUrl(benchmark::State& state) {
  const auto text = loginCode(static_cast<std::size_t>(state.range(0)));
  std::size_t bytes = 0;
  for (auto _ : state) {
    auto url = colibri::qr::pngDataUrl(text);
    bytes = url->size();
    benchmark::DoNotOptimize(url);
  }
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(pngDataUrl)->Arg(240)->Arg(700)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
