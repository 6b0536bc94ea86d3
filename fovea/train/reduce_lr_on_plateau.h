// Lowers the learning rate where a figure stays as it is (Keras: callbacks/reduce_lr_on_plateau.py).
#pragma once

#include "fovea/train/monitor.h"

namespace fovea {

struct ReduceLROnPlateauOptions {
  std::string monitor = "val_loss";
  double factor = 0.1;    // below 1
  int64_t patience = 10;  // epochs without improvement
  std::string mode = "auto";
  double min_delta = 1e-4;
  int64_t cooldown = 0;  // epochs behind a reduction that are not counted
  double min_lr = 0;

  template <class Visitor>
  void fields(Visitor& v) {
    v("monitor", monitor);
    v("factor", factor);
    v("patience", patience);
    v("mode", mode);
    v("min_delta", min_delta);
    v("cooldown", cooldown);
    v("min_lr", min_lr);
  }
};

class ReduceLROnPlateau final : public Callback {
 public:
  // Throws Error (usage) for options that cannot be.
  explicit ReduceLROnPlateau(ReduceLROnPlateauOptions options = {});

  // Throws Error (usage) where a schedule sets the learning rate.
  void on_train_begin(Trainer& trainer) override;
  void on_epoch_end(Trainer& trainer, const EpochLogs& logs) override;

  std::string name() const override { return "reduce_lr_on_plateau"; }
  CallbackState state() const override;
  void restore(const CallbackState& state) override;

  const Monitor& monitor() const { return monitor_; }
  int64_t wait() const { return wait_; }

 private:
  ReduceLROnPlateauOptions options_;
  Monitor monitor_;
  bool restored_state_ = false;
  std::optional<double> best_;
  int64_t wait_ = 0, cooldown_ = 0;
};

}  // namespace fovea
