// The catalogue of operations as everything that follows from it:
//   catalogue source <root> <file>   writes the C++ source
//   catalogue write <root>           writes the files of the source tree
//   catalogue check <root>           compares them with what they should be
#include <fstream>
#include <iostream>

#include "outputs.hpp"
#include "texts.hpp"

namespace {

namespace fs = std::filesystem;
using namespace colibri::catalogue_tool;

void write(const fs::path& file, const std::string& text) {
  if (contentOf(file) == text) return;  // so that nothing is built anew
  std::ofstream out(file, std::ios::binary);
  out << text;
  if (!out.flush()) throw Faulty(file.string() + ": cannot be written");
}

/// Also the files that nothing makes any more.
int check(const fs::path& root, const std::map<std::string, std::string>& files) {
  int wrong = 0;
  const auto say = [&](const std::string& file, const char* what) {
    std::cerr << file << ": " << what << "; run tools/generate\n";
    ++wrong;
  };
  for (const auto& [file, text] : files)
    if (contentOf(root / file) != text) say(file, "does not follow from the catalogue");
  for (const auto& entry : fs::directory_iterator(root / "sdk/schema")) {
    const auto file = "sdk/schema/" + entry.path().filename().string();
    if (!files.contains(file)) say(file, "belongs to no command");
  }
  return wrong == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) try {
  const std::string_view what = argc < 3 ? "" : argv[1];
  if ((what != "write" && what != "check" && what != "source") ||
      argc != (what == "source" ? 4 : 3)) {
    std::cerr << "usage: catalogue (write|check) <root> | catalogue source <root> <file>\n";
    return 2;
  }
  const fs::path root = argv[2];
  const auto catalogue = readCatalogue(root);
  const auto files = generatedFiles(catalogue);  // all is judged, whatever is written
  if (what == "source") {
    write(argv[3], sourceText(catalogue));
    return 0;
  }
  if (what == "check") return check(root, files);
  for (const auto& [file, text] : files) write(root / file, text);
  return 0;
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
