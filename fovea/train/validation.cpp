#include "fovea/train/validation.h"

#include <cmath>

namespace fovea {

void Validation::on_epoch_end(Trainer& trainer, EpochLogs& logs) {
  if (!logs.complete || trainer.stopped()) return;
  Evaluation evaluation = trainer.evaluate(examples_, batch_size_);
  logs.val_loss = evaluation.loss;
  logs.val_accuracy = evaluation.accuracy;
  logs.seconds += evaluation.seconds;
  if (!best_ || std::isnan(best_->loss) || evaluation.loss < best_->loss) best_ = std::move(evaluation);
}

}  // namespace fovea
