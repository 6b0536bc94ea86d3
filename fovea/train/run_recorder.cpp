#include "fovea/train/run_recorder.h"

#include "fovea/base/file.h"
#include "fovea/train/checkpoint.h"
#include "fovea/train/history.h"

namespace fovea {

RunRecorder::RunRecorder(RunRecorderOptions options)
    : options_(std::move(options)), events_(file("events.jsonl")), best_(file("best.safetensors"), options_.best) {}

std::vector<Callback*> RunRecorder::remembering() {
  std::vector<Callback*> all = options_.callbacks;
  all.push_back(&best_);
  return all;
}

// Of a run that goes on: what was written behind its checkpoint is not true any more.
void RunRecorder::on_train_begin(Trainer& trainer) {
  saved_ = std::chrono::steady_clock::now();
  attempt([&] { write_file_atomically(file("history.csv"), history_csv(trainer.place().history)); });
}

void RunRecorder::on_batch_end(Trainer& trainer, const BatchLogs&) {
  const std::chrono::duration<double> since = std::chrono::steady_clock::now() - saved_;
  if (since.count() >= options_.seconds) checkpoint(trainer);
}

void RunRecorder::on_epoch_end(Trainer& trainer, const EpochLogs& logs) {
  attempt([&] { best_.on_epoch_end(trainer, logs); });
  attempt([&] { write_file_atomically(file("history.csv"), history_csv(trainer.place().history)); });
  Json event = epoch_json(logs);
  event["seconds"] = logs.seconds;
  event["pictures_per_second"] = logs.pictures_per_second;
  attempt([&] { events_.write("epoch", event); });
  checkpoint(trainer);
}

void RunRecorder::checkpoint(Trainer& trainer) {
  attempt([&] { save_checkpoint(file("checkpoint"), trainer, remembering()); });
  saved_ = std::chrono::steady_clock::now();
}

template <class Action>
void RunRecorder::attempt(Action action) {
  try {
    action();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::file) throw;
    if (!warned_) options_.warn(error.what());
    warned_ = true;
  }
}

}  // namespace fovea
