#include "fovea/train/run_recorder.h"

#include "fovea/base/file.h"
#include "fovea/io/model_file.h"
#include "fovea/train/trainer.h"

namespace fovea {

RunRecorder::RunRecorder(std::string folder) : folder_(std::move(folder)), events_(file("events.jsonl")) {}

void RunRecorder::on_epoch_end(Trainer& trainer, EpochLogs& logs) {
  if (!logs.complete) return;
  history_.push_back(logs);
  write_file_atomically(file("history.csv"), history_csv(history_));
  if (best() == logs.epoch + 1) save_model(trainer.model(), file("best.safetensors"));
  Json event = epoch_json(logs);
  event["seconds"] = logs.seconds;
  event["pictures_per_second"] = logs.pictures_per_second;
  events_.write("epoch", event);
}

}  // namespace fovea
