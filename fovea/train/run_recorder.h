// Keeps a run folder true while its model is trained: after every epoch history.csv, a line in events.jsonl,
// best.safetensors where the epoch was the best so far, and a checkpoint; checkpoints also every so often within an epoch,
// and where the training is stopped. They are copied between two steps and written beside training; while one is being
// written the newest copy waits.
//
// Where the folder cannot take it (a full disk) the training goes on, with the last good checkpoint.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "fovea/base/background.h"
#include "fovea/train/checkpoint.h"
#include "fovea/train/events.h"
#include "fovea/train/model_checkpoint.h"
#include "fovea/train/tensorboard.h"

namespace fovea {

struct RunRecorderOptions {
  std::string folder;
  ModelCheckpointOptions best = {.save_best_only = true};  // what makes best.safetensors
  std::vector<Callback*> callbacks = {};                   // whose state checkpoints keep too; they stand before this one
  double seconds = 60;                                     // between two checkpoints
  bool tensorboard = false;                                // event files for TensorBoard, in tensorboard/
  std::function<void(const std::string&)> warn = [](const std::string&) {};
  double warn_seconds = 60;  // trouble of the same kind is told again after so long
};

class RunRecorder final : public Callback {
 public:
  explicit RunRecorder(RunRecorderOptions options);

  void on_train_begin(Trainer& trainer) override;
  void on_batch_end(Trainer& trainer, const BatchLogs& logs) override;
  void on_epoch_end(Trainer& trainer, const EpochLogs& logs) override;
  void on_epoch_break(Trainer& trainer) override { checkpoint(trainer); }
  void on_train_end(Trainer& trainer) override;

  // All whose state a checkpoint of the run keeps.
  std::vector<Callback*> remembering();
  const std::string& folder() const { return options_.folder; }
  std::string file(const std::string& name) const { return options_.folder + "/" + name; }
  EventLog& events() { return events_; }
  // An event of the training under way: it goes on where that cannot be written.
  void tell(const std::string& event, const Json& fields);
  int best() const { return best_.best_epoch(); }  // counted from 1; 0 for none

 private:
  using Clock = std::chrono::steady_clock;
  // A failure to write is told.
  template <class Action>
  void attempt(Action action);
  struct Copy {
    CheckpointImage checkpoint;
    std::string history;
  };
  void checkpoint(Trainer& trainer);
  void write_waiting();

  RunRecorderOptions options_;
  EventLog events_;
  ModelCheckpoint best_;
  std::optional<TensorBoard> tensorboard_;
  std::shared_ptr<const Copy> waiting_;
  std::optional<Clock::time_point> warned_;
  Clock::time_point saved_;
  Background background_;
};

}  // namespace fovea
