// Losses that Keras computed: tests/golden/losses, see tests/golden/README.md.
#include <gtest/gtest.h>

#include <numeric>

#include "fovea/base/file.h"
#include "fovea/base/json.h"
#include "fovea/kernels/losses.h"
#include "fovea/train/loss.h"
#include "tests/harness/golden.h"
#include "tests/kernels/buffers.h"
#include "tests/harness/source_tree.h"

namespace fovea::kernels {
namespace {

std::vector<double> flat(const Json& json) {
  if (!json.is_array()) return {json.get<double>()};
  std::vector<double> values;
  for (const Json& item : json)
    for (double value : flat(item)) values.push_back(value);
  return values;
}

// Rows of targets: classes become ones among zeros.
std::vector<double> rows_of(const Json& targets, size_t classes) {
  if (targets.at(0).is_array()) return flat(targets);
  std::vector<double> rows(targets.size() * classes);
  for (size_t row = 0; row < targets.size(); ++row) rows[row * classes + targets[row].get<size_t>()] = 1;
  return rows;
}

class GoldenLoss : public testing::TestWithParam<std::string> {};

TEST_P(GoldenLoss, AgreesWithKeras) {
  const std::string path = source_tree("tests/golden/losses/" + GetParam() + ".json");
  const Json golden = parse_json(read_file(path), path);
  const size_t rows = golden.at("predictions").size(), classes = golden.at("predictions").at(0).size();
  const auto kernel = loss({.rule = {.kind = loss_of(golden.at("name").get<std::string>(), path),
                                     .label_smoothing = golden.at("label_smoothing").get<float>(),
                                     .alpha = golden.value("alpha", 0.25f),
                                     .gamma = golden.value("gamma", 2.0f),
                                     .class_balancing = golden.value("apply_class_balancing", false)},
                            .rows = static_cast<int64_t>(rows),
                            .classes = static_cast<int64_t>(classes),
                            .batch = static_cast<int64_t>(rows),
                            .from_logits = golden.at("path") != "probabilities"});
  GuardedBuffer src = plain_buffer(flat(golden.at("predictions")));
  GuardedBuffer targets = plain_buffer(rows_of(golden.at("targets"), classes));
  GuardedBuffer weights = plain_buffer(flat(golden.value("sample_weight", Json::array())));
  GuardedBuffer losses(rows * sizeof(float)), diff_src(rows * classes * sizeof(float));
  run_kernel(*kernel, {&src, &targets, weights.count() > 0 ? &weights : nullptr, nullptr, &losses, &diff_src},
             {&losses, &diff_src});

  const auto expect = [&](const char* what, const std::vector<double>& got) {
    EXPECT_LE(golden_difference(floats(got), floats(flat(golden.at(what)))),
              golden.at("tolerance").at(what).get<double>())
        << what;
  };
  const std::vector<double> each = all_of(losses);
  expect("each", each);
  expect("loss", {std::accumulate(each.begin(), each.end(), 0.0) / static_cast<double>(rows)});
  expect("gradient", all_of(diff_src));
}

std::vector<std::string> losses() {
  std::vector<std::string> names = golden_names("losses");
  std::erase(names, "metrics");
  return names;
}

INSTANTIATE_TEST_SUITE_P(Keras, GoldenLoss, testing::ValuesIn(losses()), [](const auto& loss) { return loss.param; });

}  // namespace
}  // namespace fovea::kernels
