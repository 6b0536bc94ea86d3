// What may watch a training: it sees figures and the model, never kernels, and may ask for the end.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace fovea {

class Trainer;

// Figures of one epoch, as Keras logs them: `loss` and `accuracy` are averages over the epoch while weights moved.
struct EpochLogs {
  int epoch = 0;  // counted from 0
  double loss = 0, accuracy = 0;
  std::optional<double> val_loss, val_accuracy;
  double learning_rate = 0;
  double seconds = 0;             // of the epoch, validation included
  double step_seconds = 0;        // of its training steps alone
  double pictures_per_second = 0; // of its training steps alone
  bool complete = true;           // false: training was stopped in its middle
};

struct BatchLogs {
  int epoch = 0;
  int64_t batch = 0, batches = 0;  // finished, in all
  double loss = 0, accuracy = 0;   // of the epoch so far
};

class Callback {
 public:
  virtual ~Callback() = default;
  virtual void on_train_begin(Trainer&) {}
  virtual void on_epoch_begin(Trainer&, int /*epoch*/) {}
  virtual void on_batch_end(Trainer&, const BatchLogs&) {}
  virtual void on_epoch_end(Trainer&, EpochLogs&) {}
  virtual void on_train_end(Trainer&) {}
};

using History = std::vector<EpochLogs>;

}  // namespace fovea
