// What a model records of how its pictures are standardized.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "fovea/layers/dense.h"
#include "fovea/layers/flatten.h"
#include "fovea/train/data_examples.h"
#include "fovea/train/model_preprocess.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

using testing::HasSubstr;

Model net() { return sequential({.name = "net", .input_shape = {2, 2, 1}}, Flatten(), Dense({.units = 2})); }

Split pictures(DType type) {
  Array pixels(type, {3, 2, 2, 1});
  for (size_t i = 0; i < 12; ++i)
    if (type == DType::u8) pixels.values<uint8_t>()[i] = static_cast<uint8_t>(10 * i * i % 251);
    else pixels.values<float>()[i] = static_cast<float>(10 * i * i % 251);
  return Split(std::make_shared<const Pictures>(std::move(pixels), std::vector<int32_t>{0, 1, 0}));
}

TEST(RecordedStandardize, IsWhatWasFittedForBytesAndFloatsAlike) {
  for (const StandardizeOptions& options :
       {StandardizeOptions{.rescale = 0.1, .featurewise_std_normalization = true}, StandardizeOptions{.samplewise_center = true},
        StandardizeOptions{.zca_whitening = true, .zca_epsilon = 0.1}}) {
    Model model = net();
    EXPECT_EQ(recorded_standardize(model), nullptr);
    auto fitted = std::make_shared<Standardize>(options, Shape{2, 2, 1});
    const DataExamples plain(pictures(DType::u8), {.shape = {2, 2, 1}, .preprocess = Preprocess::none}, {0, 1}, 2, "plain");
    fitted->fit(plain.size(), [&](int64_t i, float* dst) { plain.picture(i, dst); });
    record_standardize(*fitted, model);
    for (const DType type : {DType::u8, DType::f32}) {
      const DataExamples examples(
          pictures(type), {.shape = {2, 2, 1}, .preprocess = Preprocess::none, .standardize = recorded_standardize(model)}, {0, 1}, 2, "f");
      for (int64_t i = 0; i < 3; ++i) {
        std::vector<float> expected(4), read(4), steps(4);
        plain.picture(i, expected.data());
        fitted->apply(expected.data());
        examples.picture(i, read.data());
        examples.unprocessed(i, steps.data());
        EXPECT_EQ(steps[1], static_cast<float>(10 * (4 * i + 1) * (4 * i + 1) % 251)) << "as the data have it";
        examples.preprocess(steps.data(), steps.data());
        EXPECT_EQ(read, expected);
        EXPECT_EQ(steps, expected);
      }
    }
  }
}

TEST(RecordedStandardize, ThatCannotBeIsRefused) {
  const auto refused = [](Json options, const std::string& name, std::vector<float> numbers) {
    Model model = net();
    model.info.standardize = std::move(options);
    const Shape shape = {static_cast<int64_t>(numbers.size())};
    model.info.statistics = {{name, std::make_shared<const Array>(Array::of<float>(shape, numbers))}};
    return refusal([&] { recorded_standardize(model); });
  };
  const Json centered = {{"featurewise_center", true}};
  EXPECT_EQ(refused(centered, "mean", {1, 2}), "net: standardize: mean cannot be (got 2 numbers, expected 1)");
  EXPECT_EQ(refused(centered, "mean", {NAN}), "net: standardize: mean cannot be (got nan)");
  EXPECT_EQ(refused(centered, "mean", {1}), "net: standardize: deviation cannot be (got 0 numbers, expected 1)");
  EXPECT_EQ(refused(centered, "deviation", {0}), "net: standardize: mean cannot be (got 0 numbers, expected 1)");
  EXPECT_THAT(refused(centered, "median", {1}), HasSubstr("there is no such statistic (got median float32"));
  EXPECT_THAT(refused({{"centre", true}}, "mean", {1}), HasSubstr("unknown option \"centre\""));
  EXPECT_THAT(refused({{"rescale", "x"}}, "mean", {1}), HasSubstr("net: standardize: rescale"));
  EXPECT_THAT(refusal([] { Standardize({.zca_whitening = true}, {64, 65, 1}); }, ErrorKind::usage),
              HasSubstr("zca_whitening: is for smaller pictures (got 4160 numbers, expected at most 4096)"));
}

}  // namespace
}  // namespace fovea
