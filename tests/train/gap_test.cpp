#include "fovea/train/gap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fovea {
namespace {

using testing::HasSubstr;

EpochLogs epoch(int number, double loss, double accuracy, double val_loss, double val_accuracy) {
  return {.epoch = number - 1, .loss = loss, .accuracy = accuracy, .val_loss = val_loss, .val_accuracy = val_accuracy};
}

TEST(Gap, SaysThatAModelOverfits) {
  const std::string gap = gap_in_words({epoch(1, 1.0, 0.6, 0.9, 0.62), epoch(2, 0.5, 0.8, 0.7, 0.7), epoch(3, 0.2, 0.95, 0.9, 0.71)});
  EXPECT_THAT(gap, HasSubstr("accuracy 0.9500 in training (average of the epoch), 0.7100 in validation (-24.0 points)"));
  EXPECT_THAT(gap, HasSubstr("val_loss was lowest in epoch 2 and has risen since"));
}

TEST(Gap, SaysWhatElseItIs) {
  EXPECT_THAT(gap_in_words({epoch(1, 1, 0.6, 0.9, 0.62), epoch(2, 0.5, 0.8, 0.7, 0.7)}), HasSubstr("it begins to overfit"));
  EXPECT_THAT(gap_in_words({epoch(1, 1, 0.6, 0.9, 0.62), epoch(2, 0.5, 0.7, 0.7, 0.7)}), HasSubstr("more epochs help"));
  EXPECT_THAT(gap_in_words({epoch(1, 1, 0.6, 0.9, 0.62)}), HasSubstr("+2.0 points); no sign of overfitting"));
  EXPECT_EQ(gap_in_words({}), "");
  EXPECT_EQ(gap_in_words({{.epoch = 0, .loss = 1}}), "");
}

TEST(Gap, PrefersExactFigures) {
  EpochLogs logs = epoch(1, 1, 0.6, 0.9, 0.62);
  logs.exact = {{"loss", 0.8}, {"accuracy", 0.7}};
  EXPECT_THAT(gap_in_words({logs}), HasSubstr("accuracy 0.7000 in training, 0.6200 in validation (-8.0 points)"));
}

}  // namespace
}  // namespace fovea
