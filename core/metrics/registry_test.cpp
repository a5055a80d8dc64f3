#include "metrics/registry.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "metrics/text.hpp"

namespace colibri::metrics {
namespace {

TEST(MetricsRegistry, WritesCountersAndGaugesInPrometheusFormat) {
  Registry registry;
  registry.counter("colibri_delivery_events_total", "Events handed over.", {{"sink", "webhook"}})
      .add(3);
  registry.counter("colibri_delivery_events_total", "", {{"sink", "audit"}}).add();
  registry.gauge("colibri_http_connections_open", "Open connections.").set(-2);
  EXPECT_EQ(registry.prometheusText(),
            "# HELP colibri_delivery_events_total Events handed over.\n"
            "# TYPE colibri_delivery_events_total counter\n"
            "colibri_delivery_events_total{sink=\"audit\"} 1\n"
            "colibri_delivery_events_total{sink=\"webhook\"} 3\n"
            "# HELP colibri_http_connections_open Open connections.\n"
            "# TYPE colibri_http_connections_open gauge\n"
            "colibri_http_connections_open -2\n");
}

TEST(MetricsRegistry, TheSameNameAndLabelsAreTheSameMetricWhateverTheirOrder) {
  Registry registry;
  auto& a = registry.counter("colibri_a_b_total", "", {{"x", "1"}, {"y", "2"}});
  auto& b = registry.counter("colibri_a_b_total", "", {{"y", "2"}, {"x", "1"}});
  EXPECT_EQ(&a, &b);
}

TEST(MetricsRegistry, LabelValuesCannotBreakTheFormat) {
  Registry registry;
  registry.counter("colibri_a_b_total", "two\nlines \\", {{"x", "a\"} 1\nforged 2\\"}}).add();
  EXPECT_EQ(registry.prometheusText(),
            "# HELP colibri_a_b_total two\\nlines \\\\\n"
            "# TYPE colibri_a_b_total counter\n"
            "colibri_a_b_total{x=\"a\\\"} 1\\nforged 2\\\\\"} 1\n");
}

TEST(MetricsRegistry, TooManyLabelsShareOneSeries) {
  Registry registry;
  for (std::size_t i = 0; i < Registry::kMaxSeries + 50; ++i) {
    registry.counter("colibri_a_b_total", "", {{"x", std::to_string(i)}}).add();
  }
  EXPECT_THAT(registry.prometheusText(), testing::HasSubstr("{x=\"other\"} 50\n"));
}

TEST(MetricsRegistry, CountsFromManyThreads) {
  Registry registry;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&registry] {
      for (int i = 0; i < 1000; ++i) {
        registry.counter("colibri_a_b_total", "").add();
        registry.gauge("colibri_a_c_bytes", "", {{"i", std::to_string(i % 7)}}).add(1);
        if (i % 250 == 0) {
          EXPECT_FALSE(registry.prometheusText().empty());
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(registry.counter("colibri_a_b_total", "").value(), 4000u);
  EXPECT_THAT(registry.names(), testing::ElementsAre("colibri_a_b_total", "colibri_a_c_bytes"));
}

TEST(MetricsNames, HaveAreaWhatAndUnit) {
  EXPECT_TRUE(isMetricName("colibri_store_commit_seconds"));
  EXPECT_TRUE(isMetricName("colibri_a_b2_total"));
  for (const auto* name : {"", "store_commit_total", "colibri_commit_total", "colibri_a__b_total",
                           "colibri_a_b_", "colibri_A_b_total", "colibri_a_b_to-tal"}) {
    EXPECT_FALSE(isMetricName(name)) << name;
  }
}

TEST(MetricsDeathTest, ANameOutOfFormOrOfAnotherTypeIsABug) {
  Registry registry;
  registry.counter("colibri_a_b_total", "");
  EXPECT_DEATH(registry.gauge("colibri_a_b_total", ""), "expected");
  EXPECT_DEATH(registry.counter("requests", ""), "expected");
  EXPECT_DEATH(registry.counter("colibri_a_b_total", "", {{"X", ""}}), "expected");
}

}  // namespace
}  // namespace colibri::metrics
