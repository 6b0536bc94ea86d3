#include "fovea/train/model_checkpoint.h"

#include "fovea/io/model_file.h"
#include "fovea/train/history.h"
#include "fovea/train/trainer.h"

namespace fovea {

ModelCheckpoint::ModelCheckpoint(std::string best, ModelCheckpointOptions options)
    : file_(std::move(best)), options_(std::move(options)), monitor_(options_.monitor, options_.mode, 0, "checkpoint") {}

void ModelCheckpoint::on_epoch_end(Trainer& trainer, const EpochLogs& logs) {
  const std::optional<double> value = monitor_.value(logs);
  if (!options_.save_best_only) {
    const std::string folder = file_.substr(0, file_.rfind('/') + 1);
    save_model(trainer.model(), fmt::format("{}epoch-{:03}.safetensors", folder, logs.epoch + 1));
  }
  if (!value || !monitor_.improves(*value, best_)) return;
  save_model(trainer.model(), file_);
  best_ = value;
  best_epoch_ = logs.epoch + 1;
}

CallbackState ModelCheckpoint::state() const {
  CallbackState state = {.values = {{"best_epoch", best_epoch_}}};
  if (best_) state.values["best"] = exact_json(*best_);
  return state;
}

void ModelCheckpoint::restore(const CallbackState& state) {
  best_epoch_ = state.values.at("best_epoch").get<int>();
  best_ = exact_number(state.values, "best");
}

}  // namespace fovea
