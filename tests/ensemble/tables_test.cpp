// What scipy says of three members' probabilities, and cases that a person can check.
#include "fovea/ensemble/tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "fovea/base/error.h"
#include "tests/harness/files.h"

namespace fovea::ensemble {
namespace {

using testing::ElementsAre;

constexpr int64_t kClasses = 3;
const std::vector<Table> kMembers = {
    {0.291f, 0.183f, 0.526f, 0.578f, 0.156f, 0.266f, 0.574f, 0.118f, 0.308f, 0.342f, 0.150f, 0.508f, 0.733f, 0.116f, 0.151f,
     0.182f, 0.558f, 0.260f, 0.187f, 0.508f, 0.305f, 0.100f, 0.698f, 0.202f, 0.617f, 0.361f, 0.022f, 0.895f, 0.067f, 0.038f,
     0.580f, 0.300f, 0.120f, 0.101f, 0.668f, 0.231f, 0.335f, 0.538f, 0.127f, 0.467f, 0.442f, 0.091f, 0.641f, 0.235f, 0.124f,
     0.521f, 0.430f, 0.049f, 0.440f, 0.375f, 0.185f, 0.162f, 0.071f, 0.767f, 0.192f, 0.173f, 0.635f, 0.890f, 0.023f, 0.087f},
    {0.051f, 0.013f, 0.936f, 0.192f, 0.720f, 0.088f, 0.936f, 0.040f, 0.024f, 0.013f, 0.791f, 0.196f, 0.539f, 0.353f, 0.108f,
     0.255f, 0.200f, 0.545f, 0.865f, 0.012f, 0.123f, 0.091f, 0.560f, 0.349f, 0.281f, 0.050f, 0.669f, 0.789f, 0.146f, 0.065f,
     0.430f, 0.394f, 0.176f, 0.625f, 0.151f, 0.224f, 0.101f, 0.732f, 0.167f, 0.565f, 0.318f, 0.117f, 0.113f, 0.532f, 0.355f,
     0.508f, 0.003f, 0.489f, 0.866f, 0.025f, 0.109f, 0.035f, 0.126f, 0.839f, 0.937f, 0.012f, 0.051f, 0.167f, 0.684f, 0.149f},
    {0.974f, 0.001f, 0.025f, 0.002f, 0.925f, 0.073f, 0.193f, 0.046f, 0.761f, 0.072f, 0.013f, 0.915f, 1.000f, 0.000f, 0.000f,
     0.003f, 0.001f, 0.996f, 0.605f, 0.048f, 0.347f, 0.255f, 0.743f, 0.002f, 0.315f, 0.641f, 0.044f, 0.589f, 0.078f, 0.333f,
     0.975f, 0.008f, 0.017f, 0.060f, 0.098f, 0.842f, 0.000f, 0.993f, 0.007f, 0.024f, 0.552f, 0.424f, 0.327f, 0.008f, 0.665f,
     0.091f, 0.051f, 0.858f, 0.001f, 0.918f, 0.081f, 0.998f, 0.001f, 0.001f, 0.327f, 0.660f, 0.013f, 0.062f, 0.007f, 0.931f}};
const std::vector<int32_t> kLabels = {2, 0, 0, 0, 0, 2, 2, 1, 0, 0, 0, 1, 1, 1, 0, 0, 2, 2, 0, 0};

TEST(Combined, IsTheMean) {
  const Table table = combined(kMembers, kClasses, Combination::mean);
  EXPECT_NEAR(table[0], (0.291 + 0.051 + 0.974) / 3, 1e-6);
  EXPECT_NEAR(negative_log_likelihood(table, kClasses, kLabels), 0.871539133528939, 1e-7);
  EXPECT_NEAR(combined(kMembers, kClasses, Combination::mean, {0.5, 0, 0.5})[0], (0.291 + 0.974) / 2, 1e-6);
}

TEST(Combined, IsTheGeometricMeanMadeToAddUpToOne) {
  // None of the numbers is 0 in the first two members.
  const Table table = combined({kMembers[0], kMembers[1]}, kClasses, Combination::geometric);
  const double a = std::sqrt(0.291 * 0.051), b = std::sqrt(0.183 * 0.013), c = std::sqrt(0.526 * 0.936);
  EXPECT_NEAR(table[0], a / (a + b + c), 1e-6);
  EXPECT_NEAR(table[2], c / (a + b + c), 1e-6);
}

TEST(Combined, CountsVotesAndSettlesEqualOnesByTheMean) {
  const std::vector<Table> members = {{0.6f, 0.4f, 0.0f}, {0.1f, 0.9f, 0.0f}, {0.5f, 0.4f, 0.1f}};
  EXPECT_THAT(combined(members, 3, Combination::majority), ElementsAre(testing::FloatNear(2 / 3.f, 1e-3f), testing::FloatNear(1 / 3.f, 1e-3f), testing::FloatNear(0, 1e-3f)));
  const Table tied = combined({members[0], members[1]}, 3, Combination::majority);
  EXPECT_GT(tied[1], tied[0]) << "0.9 weighs more than 0.6";
}

TEST(FittedWeights, AreWhatScipyFinds) {
  const std::vector<double> weights = fitted_weights(kMembers, kClasses, kLabels);
  EXPECT_THAT(weights, ElementsAre(testing::DoubleNear(0.99516, 2e-3), testing::DoubleNear(0.00484, 2e-3), testing::DoubleNear(0, 1e-3)));
  EXPECT_NEAR(negative_log_likelihood(combined(kMembers, kClasses, Combination::mean, weights), kClasses, kLabels), 0.6908832567, 1e-5);
  EXPECT_NEAR(std::accumulate(weights.begin(), weights.end(), 0.0), 1, 1e-9);
}

TEST(FittedTemperature, IsWhatScipyFinds) {
  EXPECT_NEAR(fitted_temperature(kMembers[0], kClasses, kLabels), 0.598288, 1e-3);
  EXPECT_NEAR(fitted_temperature(kMembers[1], kClasses, kLabels), 2.461712, 1e-3);
  EXPECT_NEAR(fitted_temperature(kMembers[2], kClasses, kLabels), 6.203669, 5e-3);
}

TEST(Tempered, KeepsTheOrderAndTheSum) {
  const Table table = tempered(kMembers[0], kClasses, 2);
  const double a = std::sqrt(0.291), b = std::sqrt(0.183), c = std::sqrt(0.526);
  EXPECT_NEAR(table[0], a / (a + b + c), 1e-6);
  const Table same = tempered(kMembers[0], kClasses, 1);
  for (size_t i = 0; i < same.size(); ++i) EXPECT_NEAR(same[i], kMembers[0][i], 1e-6);
}

TEST(SelectedWeights, StartFromTheMostAccurateAndAddWhatGains) {
  const std::vector<double> weights = selected_weights(kMembers, kClasses, kLabels);
  EXPECT_GT(weights[0], 0);
  EXPECT_NEAR(std::accumulate(weights.begin(), weights.end(), 0.0), 1, 1e-9);
  // Two that are right where the other is wrong and unsure: both are needed.
  const std::vector<Table> members = {{0.9f, 0.1f, 0.6f, 0.4f}, {0.4f, 0.6f, 0.1f, 0.9f}};
  const std::vector<double> both = selected_weights(members, 2, std::vector<int32_t>{0, 1});
  EXPECT_GT(both[0], 0);
  EXPECT_GT(both[1], 0);
}

TEST(Diversity, CountsWhereMembersDiffer) {
  const Diversity result = diversity(kMembers, kClasses, kLabels);
  EXPECT_NEAR(result.disagreement[0][1], 0.45, 1e-9);
  EXPECT_NEAR(result.disagreement[2][0], 0.7, 1e-9);
  EXPECT_NEAR(result.disagreement[1][2], 0.6, 1e-9);
  EXPECT_EQ(result.disagreement[1][1], 0);
  EXPECT_NEAR(result.mean_disagreement, 1.75 / 3, 1e-9);
  EXPECT_NEAR(result.oracle_accuracy, 0.85, 1e-9);
}

TEST(Combination, HasNames) {
  EXPECT_EQ(combination_of("geometric", "--combine"), Combination::geometric);
  EXPECT_THAT(refusal([] { combination_of("mode", "--combine"); }, ErrorKind::usage), testing::HasSubstr("expected mean, geometric or majority"));
}

}  // namespace
}  // namespace fovea::ensemble
