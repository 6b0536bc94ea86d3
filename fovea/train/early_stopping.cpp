#include "fovea/train/early_stopping.h"

#include "fovea/base/fields.h"
#include "fovea/train/history.h"
#include "fovea/train/trainer.h"

namespace fovea {

EarlyStopping::EarlyStopping(EarlyStoppingOptions options)
    : options_(std::move(options)), monitor_(options_.monitor, options_.mode, options_.min_delta, "early stopping") {
  if (options_.patience < 0) throw usage_error("early stopping", "patience must be at least 0 (got {})", options_.patience);
}

void EarlyStopping::on_train_begin(Trainer& trainer) {
  if (!restored_state_) {
    wait_ = 0;
    best_epoch_ = 0;
    best_.reset();
    stopped_epoch_.reset();
    best_weights_.clear();
  }
  restored_state_ = false;
  restored_epoch_.reset();
  const Parameters& parameters = trainer.model().parameters();
  for (int p = 0; p < parameters.size() && !best_weights_.empty(); ++p) {
    const auto at = best_weights_.find(parameters[p].path);
    if (at == best_weights_.end() || !(at->second.shape() == parameters[p].spec.shape))
      throw usage_error("early stopping", "the best weights of the checkpoint are not this model's (got none, expected {} {})",
                        parameters[p].path, to_string(parameters[p].spec.shape));
  }
  if (stopped_epoch_) trainer.stop();
}

void EarlyStopping::on_epoch_end(Trainer& trainer, const EpochLogs& logs) {
  const std::optional<double> value = monitor_.value(logs);
  if (!value) return;
  if (logs.epoch < options_.start_from_epoch) return;
  if (options_.restore_best_weights && best_weights_.empty()) keep(trainer, logs.epoch);
  ++wait_;
  if (monitor_.improves(*value, best_)) {
    best_ = value;
    if (options_.restore_best_weights) keep(trainer, logs.epoch);
    if (!options_.baseline || monitor_.improves(*value, options_.baseline)) wait_ = 0;
  } else if (wait_ >= options_.patience && logs.epoch > 0) {
    stopped_epoch_ = logs.epoch;
    trainer.stop();
  }
}

void EarlyStopping::on_train_end(Trainer& trainer) {
  if (best_weights_.empty()) return;
  Parameters& parameters = trainer.model().parameters();
  for (int p = 0; p < parameters.size(); ++p) parameters.set(p, best_weights_.at(parameters[p].path));
  restored_epoch_ = best_epoch_;
}

void EarlyStopping::keep(Trainer& trainer, int epoch) {
  const Parameters& parameters = trainer.model().parameters();
  for (int p = 0; p < parameters.size(); ++p) best_weights_[parameters[p].path] = parameters.get(p);
  best_epoch_ = epoch;
}

void EarlyStopping::wait_anew() {
  stopped_epoch_.reset();
  wait_ = 0;
}

CallbackState EarlyStopping::state() const {
  CallbackState state = {.values = {{"wait", wait_}, {"best_epoch", best_epoch_}}};
  if (best_) state.values["best"] = exact_json(*best_);
  if (stopped_epoch_) state.values["stopped_epoch"] = *stopped_epoch_;
  for (const auto& [path, weights] : best_weights_) state.arrays[path] = weights.clone();
  return state;
}

void EarlyStopping::restore(const CallbackState& state) {
  restored_state_ = true;
  wait_ = state.values.at("wait").get<int64_t>();
  best_epoch_ = state.values.at("best_epoch").get<int>();
  best_ = exact_number(state.values, "best");
  stopped_epoch_ = state.values.contains("stopped_epoch") ? std::optional(state.values["stopped_epoch"].get<int>()) : std::nullopt;
  best_weights_.clear();
  for (const auto& [path, weights] : state.arrays) best_weights_[path] = weights.clone();
}

}  // namespace fovea
