#include "fovea/train/run_recorder.h"

#include <utility>

#include "fovea/base/file.h"
#include "fovea/train/history.h"

namespace fovea {

RunRecorder::RunRecorder(RunRecorderOptions options)
    : options_(std::move(options)), events_(file("events.jsonl")), best_(file("best.safetensors"), options_.best) {
  if (options_.tensorboard) tensorboard_.emplace(file("tensorboard"));
}

std::vector<Callback*> RunRecorder::remembering() {
  std::vector<Callback*> all = options_.callbacks;
  all.push_back(&best_);
  return all;
}

// Of a run that goes on: what was written behind its checkpoint is not true any more.
void RunRecorder::on_train_begin(Trainer& trainer) {
  saved_ = Clock::now();
  attempt([&] { write_file_atomically(file("history.csv"), history_csv(trainer.place().history)); });
}

void RunRecorder::on_batch_end(Trainer& trainer, const BatchLogs&) {
  const std::chrono::duration<double> since = Clock::now() - saved_;
  if (since.count() >= options_.seconds) checkpoint(trainer);
  if (waiting_ && !background_.busy()) write_waiting();
}

void RunRecorder::on_epoch_end(Trainer& trainer, const EpochLogs& logs) {
  attempt([&] { best_.on_epoch_end(trainer, logs); });
  Json event = epoch_json(logs);
  event["seconds"] = logs.seconds;
  event["pictures_per_second"] = logs.pictures_per_second;
  event["input_share"] = logs.input_share;
  event["best_epoch"] = best();
  tell("epoch", event);
  if (tensorboard_) attempt([&] { tensorboard_->on_epoch_end(trainer, logs); });
  checkpoint(trainer);
}

void RunRecorder::on_train_end(Trainer&) {
  if (waiting_) write_waiting();
  attempt([&] { background_.finish(); });
}

void RunRecorder::tell(const std::string& event, const Json& fields) {
  attempt([&] { events_.write(event, fields); });
}

void RunRecorder::checkpoint(Trainer& trainer) {
  saved_ = Clock::now();
  waiting_ = std::make_shared<const Copy>(
      Copy{checkpoint_image(trainer, remembering()), history_csv(trainer.place().history)});
  if (!background_.busy()) write_waiting();
}

void RunRecorder::write_waiting() {
  attempt([&] { background_.finish(); });
  background_.start([this, copy = std::exchange(waiting_, nullptr)] {
    write_file_atomically(file("history.csv"), copy->history);
    save_checkpoint(file("checkpoint"), copy->checkpoint);
  });
}

template <class Action>
void RunRecorder::attempt(Action action) {
  try {
    action();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::file) throw;
    const auto now = Clock::now();
    if (!warned_ || std::chrono::duration<double>(now - *warned_).count() >= options_.warn_seconds) {
      options_.warn(error.what());
      warned_ = now;
    }
  }
}

}  // namespace fovea
