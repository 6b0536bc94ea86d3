// fovea bench: figures of this machine, so only what must be true of any is asserted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/harness/program.h"

namespace fovea {
namespace {

TEST(Bench, MeasuresTrainingAndPredictionStepByStep) {
  const Workplace place;
  const Ended ended = place.run({"bench", "tiny.json", "--seconds", "0.1", "--batch-size", "8", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json json = ended.json();
  EXPECT_EQ(json["batch_size"], 8);
  EXPECT_GT(json["peak_flops_per_core"].get<double>(), 1e9);
  for (const char* work : {"training", "prediction"}) {
    EXPECT_GT(json[work]["pictures_per_second"].get<double>(), 0);
    EXPECT_GT(json[work]["share_of_peak"].get<double>(), 0);
    double microseconds = 0;
    for (const Json& step : json[work]["steps"]) microseconds += step["microseconds"].get<double>();
    EXPECT_GT(microseconds, 0);
  }
  EXPECT_GT(json["training"]["steps"].size(), json["prediction"]["steps"].size());
}

TEST(Bench, PrintsATable) {
  const Workplace place;
  const Ended ended = place.run({"bench", "tiny.json", "--seconds", "0.1", "--winograd", "off"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, testing::HasSubstr("pictures/s"));
  EXPECT_THAT(ended.out, testing::HasSubstr("A step of training on one thread"));
  EXPECT_THAT(ended.out, testing::Not(testing::HasSubstr("winograd:")));
}

}  // namespace
}  // namespace fovea
