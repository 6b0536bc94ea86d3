#include "fovea/report/calibration.h"

#include <gtest/gtest.h>

namespace fovea {
namespace {

// What numpy says of these (the negative log-likelihood also scikit-learn's log_loss).
const std::vector<float> kTable = {0.227f, 0.136f, 0.637f, 0.339f, 0.094f, 0.567f, 0.663f, 0.325f, 0.012f, 0.055f, 0.198f, 0.747f,
                                   0.013f, 0.875f, 0.112f, 0.211f, 0.306f, 0.483f, 0.205f, 0.725f, 0.070f, 0.871f, 0.015f, 0.114f,
                                   0.810f, 0.160f, 0.030f, 0.075f, 0.190f, 0.735f, 0.087f, 0.434f, 0.479f, 0.452f, 0.236f, 0.312f};
const std::vector<int32_t> kLabels = {1, 1, 2, 2, 0, 2, 1, 1, 2, 1, 0, 0};

TEST(Calibration, IsWhatNumpySays) {
  const Calibration result = calibration(kTable, 3, kLabels, 5);
  EXPECT_NEAR(result.ece, 0.3401667, 1e-6);
  EXPECT_NEAR(result.brier, 1.0533393, 1e-6);
  EXPECT_NEAR(result.nll, 2.2557619, 1e-6);
  ASSERT_EQ(result.bins.size(), 5u);
  EXPECT_EQ(result.bins[2].count, 4);
  EXPECT_NEAR(result.bins[2].confidence, 0.49525, 1e-6);
  EXPECT_NEAR(result.bins[2].accuracy, 0.5, 1e-12);
  EXPECT_EQ(result.bins[3].count, 5);
  EXPECT_NEAR(result.bins[3].accuracy, 0.4, 1e-12);
  EXPECT_EQ(result.bins[4].count, 3);
}

TEST(Calibration, OfASureModelThatIsRightIsPerfect) {
  const Calibration result = calibration(std::vector<float>{1, 0, 0, 1}, 2, std::vector<int32_t>{0, 1});
  EXPECT_EQ(result.ece, 0);
  EXPECT_EQ(result.brier, 0);
  EXPECT_EQ(result.nll, 0);
  EXPECT_EQ(result.bins.back().count, 2);
}

TEST(Calibration, OfASureModelThatIsWrongIsFinite) {
  const Calibration result = calibration(std::vector<float>{1, 0}, 2, std::vector<int32_t>{1});
  EXPECT_EQ(result.ece, 1);
  EXPECT_EQ(result.brier, 2);
  EXPECT_NEAR(result.nll, 16.118, 1e-3);
}

}  // namespace
}  // namespace fovea
