// Keeps the model of the best epoch in a file, or every epoch's (Keras: callbacks/model_checkpoint.py).
#pragma once

#include "fovea/train/monitor.h"

namespace fovea {

struct ModelCheckpointOptions {
  std::string monitor = "val_loss";
  std::string mode = "auto";
  bool save_best_only = false;

  template <class Visitor>
  void fields(Visitor& v) {
    v("monitor", monitor);
    v("mode", mode);
    v("save_best_only", save_best_only);
  }
};

class ModelCheckpoint final : public Callback {
 public:
  // `best` is the best epoch's file; without save_best_only every epoch's model stands beside it too: of
  // best.safetensors epoch-001.safetensors, … Throws Error (usage) for options that cannot be.
  explicit ModelCheckpoint(std::string best, ModelCheckpointOptions options = {});

  // Throws Error (file) where the model cannot be written; the epoch does not count as the best one then.
  void on_epoch_end(Trainer& trainer, const EpochLogs& logs) override;

  std::string name() const override { return "model_checkpoint"; }
  CallbackState state() const override;
  void restore(const CallbackState& state) override;

  const Monitor& monitor() const { return monitor_; }
  const std::string& file() const { return file_; }
  int best_epoch() const { return best_epoch_; }  // counted from 1; 0 for none

 private:
  std::string file_;
  ModelCheckpointOptions options_;
  Monitor monitor_;
  std::optional<double> best_;
  int best_epoch_ = 0;
};

}  // namespace fovea
