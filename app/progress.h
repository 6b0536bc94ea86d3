// A training's progress on stderr: one rewritten line on a terminal, one plain line an epoch elsewhere.
#pragma once

#include <chrono>
#include <string>

#include "app/console.h"
#include "fovea/train/callback.h"

namespace fovea::app {

class Progress final : public Callback {
 public:
  Progress(const Console& console, int epochs, int64_t batch_size);
  ~Progress() override;

  void on_epoch_begin(Trainer& trainer, int epoch) override;
  void on_batch_end(Trainer& trainer, const BatchLogs& logs) override;
  void on_epoch_end(Trainer& trainer, const EpochLogs& logs) override;
  void on_epoch_break(Trainer&) override { clear(); }

 private:
  using Clock = std::chrono::steady_clock;
  void rewrite(const std::string& line);
  void clear();

  bool quiet_, rewrites_;
  bool dirty_ = false;  // a line stands unfinished
  int epochs_;
  int64_t batch_size_;
  Clock::time_point epoch_begin_, shown_;
};

// "loss 0.3012  accuracy 0.8951  val_loss …": Keras's names.
std::string figures(const EpochLogs& logs);

}  // namespace fovea::app
