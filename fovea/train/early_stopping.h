// Ends a training that does not get better any more (Keras: callbacks/early_stopping.py), and gives back the weights of
// its best epoch: whenever the training ends, also by itself or by Ctrl-C.
#pragma once

#include "fovea/train/monitor.h"

namespace fovea {

struct EarlyStoppingOptions {
  std::string monitor = "val_loss";
  double min_delta = 0;
  int64_t patience = 0;  // epochs without improvement
  std::string mode = "auto";
  std::optional<double> baseline = {};  // patience starts anew only where this is beaten too
  bool restore_best_weights = false;
  int64_t start_from_epoch = 0;

  template <class Visitor>
  void fields(Visitor& v) {
    v("monitor", monitor);
    v("min_delta", min_delta);
    v("patience", patience);
    v("mode", mode);
    v("baseline", baseline);
    v("restore_best_weights", restore_best_weights);
    v("start_from_epoch", start_from_epoch);
  }
};

class EarlyStopping final : public Callback {
 public:
  // Throws Error (usage) for options that cannot be.
  explicit EarlyStopping(EarlyStoppingOptions options = {});

  void on_train_begin(Trainer& trainer) override;
  void on_epoch_end(Trainer& trainer, const EpochLogs& logs) override;
  void on_train_end(Trainer& trainer) override;

  std::string name() const override { return "early_stopping"; }
  CallbackState state() const override;
  void restore(const CallbackState& state) override;

  const Monitor& monitor() const { return monitor_; }
  int64_t wait() const { return wait_; }
  std::optional<int> stopped_epoch() const { return stopped_epoch_; }    // counted from 0
  std::optional<int> restored_epoch() const { return restored_epoch_; }  // whose weights the model has now
  // Forgets that it stopped, so that a training may be extended.
  void wait_anew();

 private:
  void keep(Trainer& trainer, int epoch);

  EarlyStoppingOptions options_;
  Monitor monitor_;
  bool restored_state_ = false;
  int64_t wait_ = 0;
  int best_epoch_ = 0;
  std::optional<double> best_;
  std::optional<int> stopped_epoch_, restored_epoch_;
  std::map<std::string, Array> best_weights_;
};

}  // namespace fovea
