#include "fovea/report/label_errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fovea {
namespace {

// Thresholds by hand: of class 0 the mean of 0.9, 0.8 and 0.1, of class 1 that of 0.7 and 0.45.
const std::vector<float> kTable = {0.9f, 0.1f, 0.8f, 0.2f, 0.1f, 0.9f, 0.3f, 0.7f, 0.55f, 0.45f};
const std::vector<int32_t> kLabels = {0, 0, 0, 1, 1};

TEST(DoubtedLabels, AreThoseThatAnotherClassBeatsAtItsOwnThreshold) {
  const auto doubts = doubted_labels(kTable, 2, kLabels);
  // Picture 4 is more likely of class 0, but does not reach what pictures of class 0 have on average.
  ASSERT_EQ(doubts.size(), 1u);
  EXPECT_EQ(doubts[0].picture, 2);
  EXPECT_EQ(doubts[0].suggested, 1);
  EXPECT_NEAR(doubts[0].margin, 0.8, 1e-6);
}

TEST(DoubtedLabels, AreNotThoseOfAnUnsureModel) {
  // Every picture of class 1 looks like class 0 a little more: the threshold of class 0 is far above.
  const std::vector<float> table = {0.95f, 0.05f, 0.97f, 0.03f, 0.55f, 0.45f, 0.52f, 0.48f};
  EXPECT_TRUE(doubted_labels(table, 2, std::vector<int32_t>{0, 0, 1, 1}).empty());
}

TEST(DoubtedLabels, ComeWithTheLargestMarginFirst) {
  const std::vector<float> table = {0.9f, 0.1f, 0.9f, 0.1f, 0.05f, 0.95f, 0.2f, 0.8f, 0.1f, 0.9f, 0.1f, 0.9f, 0.2f, 0.8f};
  const auto doubts = doubted_labels(table, 2, std::vector<int32_t>{0, 0, 0, 0, 1, 1, 1});
  std::vector<int64_t> pictures;
  for (const LabelDoubt& doubt : doubts) pictures.push_back(doubt.picture);
  EXPECT_THAT(pictures, testing::ElementsAre(2));  // 0.8 is below what class 1 has on average
}

TEST(DoubtedLabels, LeaveClassesAloneThatNoPictureBears) {
  EXPECT_TRUE(doubted_labels(std::vector<float>{0.1f, 0.0f, 0.9f}, 3, std::vector<int32_t>{0}).empty());
}

}  // namespace
}  // namespace fovea
