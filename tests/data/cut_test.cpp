#include "fovea/data/cut.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace fovea {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<int64_t> counts(const std::vector<uint32_t>& places, const std::vector<int32_t>& labels, size_t classes) {
  std::vector<int64_t> all(classes);
  for (const uint32_t place : places) ++all[static_cast<size_t>(labels[place])];
  return all;
}

TEST(CutTail, TakesTheLastOnes) {
  const Cut cut = cut_tail(10, 3);
  EXPECT_THAT(cut.train, ElementsAre(0, 1, 2, 3, 4, 5, 6));
  EXPECT_THAT(cut.validation, ElementsAre(7, 8, 9));
  EXPECT_THAT(cut_tail(3, 0).validation, IsEmpty());
}

TEST(CutStratified, TakesTheShareOfEveryClass) {
  std::vector<int32_t> labels;
  for (int i = 0; i < 1000; ++i) labels.push_back(i % 10 < 7 ? 0 : i % 10 < 9 ? 1 : 2);
  const Cut cut = cut_stratified(labels, 3, 0.1, 0);
  EXPECT_THAT(counts(cut.validation, labels, 3), ElementsAre(70, 20, 10));
  EXPECT_TRUE(std::is_sorted(cut.train.begin(), cut.train.end()));
  EXPECT_TRUE(std::is_sorted(cut.validation.begin(), cut.validation.end()));
  std::vector<uint32_t> both = cut.train;
  both.insert(both.end(), cut.validation.begin(), cut.validation.end());
  std::sort(both.begin(), both.end());
  for (uint32_t i = 0; i < 1000; ++i) EXPECT_EQ(both[i], i);
}

TEST(CutStratified, RoundsTheWholeAndGivesTheRestToTheLargestFractions) {
  // 7, 5 and 3 pictures: 20 % are 1.4, 1 and 0.6, together 3: the third class gets one more.
  const std::vector<int32_t> labels = {0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2};
  EXPECT_THAT(counts(cut_stratified(labels, 3, 0.2, 7).validation, labels, 3), ElementsAre(1, 1, 1));
}

TEST(CutStratified, LeavesEveryClassAPictureToTrainOn) {
  const std::vector<int32_t> labels = {0, 1, 1, 2, 2, 2};
  EXPECT_THAT(counts(cut_stratified(labels, 3, 0.9, 0).train, labels, 3), ElementsAre(1, 1, 1));
}

TEST(CutStratified, IsAFunctionOfTheSeed) {
  std::vector<int32_t> labels(500);
  for (size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<int32_t>(i % 5);
  const Cut cut = cut_stratified(labels, 5, 0.2, 3);
  EXPECT_EQ(cut_stratified(labels, 5, 0.2, 3).validation, cut.validation);
  EXPECT_NE(cut_stratified(labels, 5, 0.2, 4).validation, cut.validation);
}

TEST(CutStratified, AClassMayHaveNoPictures) {
  EXPECT_THAT(cut_stratified(std::vector<int32_t>{2, 2}, 4, 0.5, 0).validation, testing::SizeIs(1));
  EXPECT_THAT(cut_stratified({}, 4, 0.5, 0).validation, IsEmpty());
}

}  // namespace
}  // namespace fovea
