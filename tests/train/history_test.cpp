#include "fovea/train/history.h"

#include <gtest/gtest.h>

#include <cmath>

namespace fovea {
namespace {

TEST(History, IsKeptWithNineDigitsAndKerasNames) {
  const History history = {
      {.epoch = 0, .loss = 1.0 / 3, .accuracy = 0.5, .val_loss = 2.0, .val_accuracy = 0.25, .learning_rate = 0.001},
      {.epoch = 1, .loss = 1e-12, .accuracy = 1, .learning_rate = 1e-6}};
  EXPECT_EQ(history_csv(history),
            "epoch,loss,accuracy,val_loss,val_accuracy,learning_rate\n"
            "1,0.333333333,0.5,2,0.25,0.001\n"
            "2,1e-12,1,,,1e-06\n");
  EXPECT_EQ(history_csv({history[1]}), "epoch,loss,accuracy,learning_rate\n2,1e-12,1,1e-06\n");
}

TEST(History, IsTheSameBehindACheckpoint) {
  const History history = {{.epoch = 2, .loss = 1.0 / 3, .accuracy = 0.1, .val_loss = NAN, .val_accuracy = 0.7, .learning_rate = 1e-3},
                           {.epoch = 3, .loss = INFINITY, .accuracy = 0.2, .learning_rate = 1e-4, .pictures_per_second = 1.5}};
  const History again = history_of(parse_json(history_json(history).dump(), "history"));
  ASSERT_EQ(again.size(), 2u);
  EXPECT_EQ(again[0].epoch, 2);
  EXPECT_EQ(again[0].loss, 1.0 / 3);
  EXPECT_TRUE(std::isnan(*again[0].val_loss));
  EXPECT_EQ(again[0].val_accuracy, 0.7);
  EXPECT_EQ(again[1].loss, INFINITY);
  EXPECT_FALSE(again[1].val_loss);
  EXPECT_EQ(again[1].pictures_per_second, 1.5);
}

}  // namespace
}  // namespace fovea
