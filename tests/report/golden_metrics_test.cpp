// Accuracy and top-k of tied predictions, as Keras counts them: tests/golden/losses/metrics.json.
#include <gtest/gtest.h>

#include "fovea/base/file.h"
#include "fovea/base/json.h"
#include "fovea/report/metrics.h"
#include "tests/harness/source_tree.h"

namespace fovea {
namespace {

TEST(MetricsGolden, CountTiesAsKeras) {
  const std::string path = source_tree("tests/golden/losses/metrics.json");
  const Json golden = parse_json(read_file(path), path);
  for (size_t i = 0; i < golden.at("labels").size(); ++i) {
    SCOPED_TRACE(i);
    const auto row = golden.at("predictions").at(i).get<std::vector<float>>();
    const auto classes = static_cast<int64_t>(row.size());
    const std::vector<int32_t> label = {golden.at("labels").at(i).get<int32_t>()};
    EXPECT_EQ(accuracy(predicted_classes(row, classes), label), golden.at("accuracy").at(i).get<double>());
    for (const auto& [k, right] : golden.at("top_k").items())
      EXPECT_EQ(top_k_accuracy(row, classes, label, std::stoi(k)), right.at(i).get<double>()) << "top " << k;
  }
}

}  // namespace
}  // namespace fovea
