// A daemon in small that is killed by the test: loads the plugin, opens an instance, writes the
// bridge's pid to standard output and waits for its own end. Arguments: the plugin's configuration.
#include <unistd.h>

#include <boost/json.hpp>
#include <colibri/testing/fake_host.hpp>
#include <cstdio>

int main(int count, char** arguments) {
  if (count != 2) return 2;
  colibri::testing::FakeHost host(*colibri_plugin_entry_v0());
  if (host.load(arguments[1]) != COLIBRI_OK || host.start() != COLIBRI_OK) return 3;
  if (host.open(1) != COLIBRI_OK) return 4;
  if (!host.waitFor([&] { return !host.publications().empty(); }, std::chrono::seconds(60)))
    return 5;
  const auto told = boost::json::parse(host.publications().front().drafts.front().body);
  std::printf("%lld\n", static_cast<long long>(told.at("pid").as_int64()));
  std::fflush(stdout);
  for (;;) ::pause();
}
