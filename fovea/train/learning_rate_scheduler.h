// Sets the learning rate of every epoch by a function of its own (Keras: callbacks/learning_rate_scheduler.py). For rates
// by step see schedule.h.
#pragma once

#include <functional>

#include "fovea/train/callback.h"

namespace fovea {

class LearningRateScheduler final : public Callback {
 public:
  // The rate of an epoch, counted from 0, from the rate before it.
  explicit LearningRateScheduler(std::function<double(int epoch, double rate)> schedule) : schedule_(std::move(schedule)) {}

  void on_epoch_begin(Trainer& trainer, int epoch) override;

 private:
  std::function<double(int, double)> schedule_;
};

}  // namespace fovea
