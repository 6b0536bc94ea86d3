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

TEST(History, KnowsItsBestEpoch) {
  const auto losses = [](std::vector<double> values) {
    History history;
    for (const double value : values) history.push_back({.epoch = static_cast<int>(history.size()), .loss = value});
    return history;
  };
  EXPECT_EQ(best_epoch({}), 0);
  EXPECT_EQ(best_epoch(losses({3, 1, 2, 1})), 2);
  EXPECT_EQ(best_epoch(losses({NAN, 5, 6})), 2);
  History validated = losses({3, 2, 1});
  validated[0].val_loss = 0.5;
  validated[1].val_loss = 0.7;  // the third was stopped before its validation
  EXPECT_EQ(best_epoch(validated), 1);
}

}  // namespace
}  // namespace fovea
