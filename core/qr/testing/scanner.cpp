#include "qr/testing/scanner.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "base/ids.hpp"

namespace colibri::qr::testing {

std::string scanFile(const std::string& file) {
  const auto command = "zbarimg --nodbus --quiet --raw " + file;
  std::string read;
  auto* pipe = ::popen(command.c_str(), "r");
  EXPECT_NE(pipe, nullptr);
  std::array<char, 4096> buffer{};
  while (const auto n = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    read.append(buffer.data(), n);
  }
  const int status = ::pclose(pipe);
  EXPECT_EQ(WEXITSTATUS(status), 0) << "zbarimg is missing or saw no code";
  if (!read.empty() && read.back() == '\n') read.pop_back();
  return read;
}

std::string scan(const std::vector<std::vector<bool>>& pixels) {
  constexpr std::size_t kScale = 6;
  const auto file = std::filesystem::temp_directory_path() / ("qr-" + newUuid() + ".pgm");
  {
    std::ofstream out(file, std::ios::binary);
    out << "P5\n" << pixels.front().size() * kScale << " " << pixels.size() * kScale << "\n255\n";
    for (const auto& row : pixels) {
      std::string line;
      for (const bool dark : row) line.append(kScale, dark ? '\0' : '\xff');
      for (std::size_t i = 0; i < kScale; ++i) out << line;
    }
  }
  auto read = scanFile(file.string());
  std::filesystem::remove(file);
  return read;
}

}  // namespace colibri::qr::testing
