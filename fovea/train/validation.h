// Validates after every epoch, as FitOptions::validation does, and keeps what the best epoch said of every picture, so
// that reports need not ask again.
#pragma once

#include <optional>

#include "fovea/train/trainer.h"

namespace fovea {

// Stands before callbacks that look at val_loss.
class Validation final : public Callback {
 public:
  // The examples must outlive it.
  Validation(const Examples& examples, int64_t batch_size) : examples_(examples), batch_size_(batch_size) {}

  void on_epoch_end(Trainer& trainer, EpochLogs& logs) override;

  const std::optional<Evaluation>& best() const { return best_; }

 private:
  const Examples& examples_;
  int64_t batch_size_;
  std::optional<Evaluation> best_;
};

}  // namespace fovea
