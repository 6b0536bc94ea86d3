// What may watch a training: it sees figures and the model, never kernels, and may ask for the end. What it remembers from
// one epoch to the next it gives to a checkpoint and takes back.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fovea/base/error.h"
#include "fovea/base/json.h"
#include "fovea/tensor/array.h"
#include "fovea/train/metrics.h"

namespace fovea {

class Trainer;

// Figures of one epoch, as Keras logs them: `loss`, `accuracy` and `metrics` are averages over the epoch while weights
// moved; validation and `exact` (FitOptions::exact_train_metrics) are by the weights of its end.
struct EpochLogs {
  int epoch = 0;  // counted from 0
  double loss = 0, accuracy = 0;
  Figures metrics = {};  // TrainerOptions::metrics
  std::optional<double> val_loss = {}, val_accuracy = {};
  Figures val_metrics = {};
  Figures exact = {};      // of the training pictures: loss, accuracy, metrics
  bool validates = false, has_exact = false;  // this epoch or another one of the training does
  double learning_rate = 0;       // at the epoch's end, before callbacks change it
  double seconds = 0;             // of the epoch, validation included
  double step_seconds = 0;        // of its training steps alone
  double pictures_per_second = 0; // of its training steps alone
  double input_share = 0;         // of the threads' time in those steps: reading, decoding, augmenting pictures
};

struct BatchLogs {
  int epoch = 0;
  int64_t batch = 0, batches = 0;  // finished, in all
  int64_t pictures = 0;            // of those finished
  double loss = 0, accuracy = 0;   // of the epoch so far
};

// What a checkpoint keeps of a callback.
struct CallbackState {
  Json values = Json::object();
  std::map<std::string, Array> arrays = {};
};

class Callback {
 public:
  virtual ~Callback() = default;
  virtual void on_train_begin(Trainer&) {}
  virtual void on_epoch_begin(Trainer&, int /*epoch*/) {}
  virtual void on_batch_begin(Trainer&, int /*epoch*/, int64_t /*batch*/) {}
  virtual void on_batch_end(Trainer&, const BatchLogs&) {}
  virtual void on_epoch_end(Trainer&, const EpochLogs&) {}
  // Instead of an epoch's end: the training was stopped in its middle. Trainer::place says where.
  virtual void on_epoch_break(Trainer&) {}
  virtual void on_train_end(Trainer&) {}

  // A loss, a gradient or a weight is not finite; weights are those of before the step. True ends the training as if it
  // had been stopped, false throws the error.
  virtual bool on_not_finite(Trainer&, const Error&) { return false; }

  // Empty of those that remember nothing; the name under which a checkpoint keeps what others do.
  virtual std::string name() const { return ""; }
  virtual CallbackState state() const { return {}; }
  virtual void restore(const CallbackState&) {}
};

using History = std::vector<EpochLogs>;

}  // namespace fovea
