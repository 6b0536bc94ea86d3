#include "fovea/report/picture_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fovea {
namespace {

using testing::ElementsAre;

// Class 0 by falling confidence, with two mistakes at 1 and 4.
const std::vector<float> kTable = {0.9f, 0.1f, 0.2f, 0.8f, 0.6f, 0.4f, 0.7f, 0.3f, 0.1f, 0.9f, 0.95f, 0.05f};
const std::vector<int32_t> kLabels = {0, 0, 0, 0, 0, 0};

TEST(ChosenPictures, BeginWithTheMostConfidentMistakes) {
  const auto chosen = chosen_pictures(kTable, 2, kLabels);
  EXPECT_THAT(std::vector<int64_t>(chosen.begin(), chosen.begin() + 2), ElementsAre(4, 1));
  EXPECT_EQ(chosen.size(), 6u);
}

TEST(ChosenPictures, TakeTheLeastConfidentOfTheRightOnesAndSomeOfTheOthers) {
  EXPECT_THAT(chosen_pictures(kTable, 2, kLabels, {.right_of_a_class = 2}), ElementsAre(4, 1, 2, 5));
}

TEST(ChosenPictures, AreNoMoreThanThereIsRoomFor) {
  EXPECT_THAT(chosen_pictures(kTable, 2, kLabels, {.mistakes = 1, .right = 1}), ElementsAre(4, 2));
  EXPECT_TRUE(chosen_pictures({}, 2, {}).empty());
}

}  // namespace
}  // namespace fovea
