#include "plugin_fixture.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace colibri::baileys {
namespace json = boost::json;

PluginTest::PluginTest() {
  std::string name = (std::filesystem::temp_directory_path() / "colibri-baileys-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  folder = name;
}

PluginTest::~PluginTest() {
  if (host != nullptr) {
    host->stop();
    EXPECT_THAT(host->violations(), ::testing::IsEmpty());
    host.reset();
  }
  std::filesystem::remove_all(folder);
}

void PluginTest::writeScript(const std::string& script) {
  std::ofstream(folder / "main.mjs") << script;
  if (std::filesystem::exists(folder / "runs")) return;
  std::ofstream(folder / "runs").flush();
  const timespec none[2] = {};
  ASSERT_EQ(::utimensat(AT_FDCWD, (folder / "runs").c_str(), none, 0), 0);
}

std::string PluginTest::configuration(const std::string& config) const {
  json::object merged{
      {"node", FAKE_BRIDGE},
      {"bridge_dir", folder.string()},
      {"test_timing",
       {{"backoff_first_ms", 20}, {"backoff_most_ms", 100}, {"kill_after_ms", 500}}}};
  const auto given = json::parse(config);
  for (const auto& member : given.as_object()) {
    if (member.key() != "test_timing") {
      merged[member.key()] = member.value();
      continue;
    }
    auto& timing = merged["test_timing"].as_object();
    for (const auto& wait : member.value().as_object()) timing[wait.key()] = wait.value();
  }
  return json::serialize(merged);
}

void PluginTest::start(const std::string& script, const std::string& config) {
  writeScript(script);
  host = std::make_unique<testing::FakeHost>(*colibri_plugin_entry_v0());
  ASSERT_EQ(host->load(configuration(config)), COLIBRI_OK) << host->error();
  ASSERT_EQ(host->start(), COLIBRI_OK) << host->error();
}

void PluginTest::openAndWait(std::uint64_t key) {
  const auto before = count(COLIBRI_INSTANCE_OPEN, key);
  ASSERT_EQ(host->open(key), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_OPEN, key, before + 1)) << allLogs();
}

bool PluginTest::untilState(colibri_instance_state state, std::uint64_t key, std::size_t times) {
  return until([&] { return count(state, key) >= times; });
}

PluginTest::States PluginTest::states(std::uint64_t key) const {
  States of;
  for (const auto& state : host->states()) {
    if (state.instance == key) of.push_back(state.state);
  }
  return of;
}

std::optional<testing::InstanceState> PluginTest::lastState(std::uint64_t key) const {
  std::optional<testing::InstanceState> last;
  for (const auto& state : host->states()) {
    if (state.instance == key) last = state;
  }
  return last;
}

std::size_t PluginTest::count(colibri_instance_state state, std::uint64_t key) const {
  const auto all = states(key);
  return static_cast<std::size_t>(std::count(all.begin(), all.end(), state));
}

std::vector<json::value> PluginTest::told() const {
  std::vector<json::value> bodies;
  for (const auto& publication : host->publications()) {
    for (const auto& draft : publication.drafts) bodies.push_back(json::parse(draft.body));
  }
  return bodies;
}

std::vector<json::object> PluginTest::heard(const std::string& kind) const {
  std::vector<json::object> headers;
  for (const auto& body : told()) {
    const auto* header = body.is_object() ? body.get_object().if_contains("header") : nullptr;
    if (header != nullptr && header->at("t").as_string() == kind) {
      headers.push_back(header->as_object());
    }
  }
  return headers;
}

bool PluginTest::logged(const std::string& part) const {
  return allLogs().find(part) != std::string::npos;
}

std::string PluginTest::allLogs() const {
  std::string all;
  for (const auto& line : host->logs()) {
    all += line.message;
    for (const auto& [name, value] : line.fields) all += " " + name + "=" + value;
    all += "\n";
  }
  return all;
}

std::size_t PluginTest::runs() const {
  struct stat counter {};
  return ::stat((folder / "runs").c_str(), &counter) == 0
             ? static_cast<std::size_t>(counter.st_mtime)
             : 0;
}

bool isRunning(long long pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(stat, line)) return false;
  const auto state = line.find(") ");  // after the name, which may hold anything but this
  return state != std::string::npos && line[state + 2] != 'Z' && line[state + 2] != 'X';
}

}  // namespace colibri::baileys
