#include "fovea/train/reduce_lr_on_plateau.h"

#include <algorithm>

#include "fovea/train/history.h"
#include "fovea/train/trainer.h"

namespace fovea {
namespace {
constexpr const char* kWhere = "reduced learning rate";
}

ReduceLROnPlateau::ReduceLROnPlateau(ReduceLROnPlateauOptions options)
    : options_(std::move(options)), monitor_(options_.monitor, options_.mode, options_.min_delta, kWhere) {
  if (!(options_.factor >= 0 && options_.factor < 1))
    throw usage_error(kWhere, "factor must be at least 0 and below 1 (got {})", options_.factor);
  if (options_.patience < 0) throw usage_error(kWhere, "patience must be at least 0 (got {})", options_.patience);
  if (options_.cooldown < 0) throw usage_error(kWhere, "cooldown must be at least 0 (got {})", options_.cooldown);
  if (!(options_.min_lr >= 0)) throw usage_error(kWhere, "min_lr must be at least 0 (got {})", options_.min_lr);
}

void ReduceLROnPlateau::on_train_begin(Trainer& trainer) {
  if (trainer.optimizer().options().schedule) throw usage_error(kWhere, "does not go with a schedule of learning rates");
  if (!restored_state_) {
    best_.reset();
    wait_ = cooldown_ = 0;
  }
  restored_state_ = false;
}

void ReduceLROnPlateau::on_epoch_end(Trainer& trainer, const EpochLogs& logs) {
  const std::optional<double> value = monitor_.value(logs);
  if (!value) return;
  if (cooldown_ > 0) {
    --cooldown_;
    wait_ = 0;
  }
  if (monitor_.improves(*value, best_)) {
    best_ = value;
    wait_ = 0;
  } else if (cooldown_ == 0 && ++wait_ >= options_.patience) {
    const double rate = trainer.optimizer().learning_rate();
    if (static_cast<float>(rate) <= static_cast<float>(options_.min_lr)) return;
    trainer.optimizer().set_learning_rate(std::max(rate * options_.factor, options_.min_lr));
    cooldown_ = options_.cooldown;
    wait_ = 0;
  }
}

CallbackState ReduceLROnPlateau::state() const {
  CallbackState state = {.values = {{"wait", wait_}, {"cooldown", cooldown_}}};
  if (best_) state.values["best"] = exact_json(*best_);
  return state;
}

void ReduceLROnPlateau::restore(const CallbackState& state) {
  restored_state_ = true;
  wait_ = state.values.at("wait").get<int64_t>();
  cooldown_ = state.values.at("cooldown").get<int64_t>();
  best_ = exact_number(state.values, "best");
}

}  // namespace fovea
