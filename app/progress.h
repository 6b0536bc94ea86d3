// A training's progress on stderr: one rewritten line on a terminal, one plain line an epoch elsewhere; and, from the first
// steps, how long it will take.
#pragma once

#include <chrono>
#include <string>

#include "app/console.h"
#include "fovea/train/callback.h"

namespace fovea::app {

class Progress final : public Callback {
 public:
  Progress(const Console& console, int64_t epochs);
  ~Progress() override;

  void on_epoch_begin(Trainer& trainer, int epoch) override;
  void on_batch_end(Trainer& trainer, const BatchLogs& logs) override;
  void on_epoch_end(Trainer& trainer, const EpochLogs& logs) override;
  void on_epoch_break(Trainer&) override { clear(); }

 private:
  using Clock = std::chrono::steady_clock;
  void rewrite(const std::string& line);
  void clear();
  void expect(const BatchLogs& logs, double pictures_per_second);

  Console console_;
  bool rewrites_;
  bool dirty_ = false;     // a line stands unfinished
  bool expected_ = false;  // it was said how long all takes
  int64_t epochs_;
  double last_seconds_ = 0;  // of the epoch before, validation included
  // Where this process's part of the epoch began.
  Clock::time_point begin_, shown_;
  int64_t pictures_before_ = 0, batches_before_ = 0;
};

// "loss 0.3012  accuracy 0.8951  val_loss …": Keras's names.
std::string figures(const EpochLogs& logs);

}  // namespace fovea::app
