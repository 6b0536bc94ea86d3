#include "fovea/train/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "fovea/base/error.h"
#include "fovea/train/trainer.h"
#include "tests/harness/golden.h"

namespace fovea {
namespace {

using testing::HasSubstr;

class GoldenMetrics : public testing::TestWithParam<std::string> {};

TEST_P(GoldenMetrics, SayWhatKerasSays) {
  const Golden golden("metrics", GetParam());
  const Json& json = golden.json();
  const auto rows = json.at("outputs").get<std::vector<std::vector<float>>>();
  const auto outputs = static_cast<int64_t>(rows[0].size());
  std::vector<std::string> names;
  for (const auto& [name, value] : json.at("metrics").items()) names.push_back(name);
  const Metrics metrics(names, outputs, "metrics");
  std::vector<double> sums = metrics.sums();
  for (size_t i = 0; i < rows.size(); ++i) metrics.add(sums, rows[i].data(), json.at("labels").at(i).get<int64_t>());
  for (const auto& [name, value] : metrics.figures(sums))
    EXPECT_NEAR(value, json.at("metrics").at(name).get<double>(), json.at("tolerance").at(name).get<double>()) << name;
}

INSTANTIATE_TEST_SUITE_P(Keras, GoldenMetrics, testing::ValuesIn(golden_names("metrics")),
                         [](const auto& metrics) { return metrics.param; });

TEST(Metrics, OfNoPictureAreZero) {
  const Metrics metrics(metric_names(), 10, "metrics");
  for (const auto& [name, value] : metrics.figures(metrics.sums())) EXPECT_EQ(value, 0) << name;
}

TEST(Metrics, TakeOutputsThatAreNotFinite) {
  const Metrics metrics(metric_names(), 5, "metrics");
  std::vector<double> sums = metrics.sums();
  const float outputs[5] = {NAN, 1, 0, INFINITY, 0};
  metrics.add(sums, outputs, 1);
  const Figures figures = metrics.figures(sums);
  EXPECT_EQ(figures[0].second, 0) << "top_5: outputs that are not finite rank nothing";
}

TEST(Metrics, RefuseWhatIsNone) {
  const auto refusal = [](const std::vector<std::string>& names) -> std::string {
    try {
      Metrics(names, 4, "metrics");
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(refusal({"precison"}), HasSubstr("unknown metric (got \"precison\", expected top_5, precision, "));
  EXPECT_THAT(refusal({"precison"}), HasSubstr("did you mean \"precision\""));
  EXPECT_THAT(refusal({"auc", "auc"}), HasSubstr("a metric is given twice"));
  EXPECT_THAT(refusal({"top_5"}), HasSubstr("there are not so many classes (got top_5, expected at most 4)"));
  EXPECT_THAT(refusal({"top_0"}), HasSubstr("unknown metric"));
  EXPECT_FALSE(is_metric("top_k"));
  EXPECT_TRUE(is_metric("top_17"));
}

}  // namespace
}  // namespace fovea
