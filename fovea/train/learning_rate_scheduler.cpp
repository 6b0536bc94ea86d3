#include "fovea/train/learning_rate_scheduler.h"

#include "fovea/train/trainer.h"

namespace fovea {

// An epoch that is gone on with in its middle has its rate.
void LearningRateScheduler::on_epoch_begin(Trainer& trainer, int epoch) {
  if (trainer.place().batch == 0) trainer.optimizer().set_learning_rate(schedule_(epoch, trainer.optimizer().learning_rate()));
}

}  // namespace fovea
