// Keeps a run folder true while its model is trained: after every epoch history.csv, a line in events.jsonl, and
// best.safetensors where the epoch was the best so far.
#pragma once

#include <string>

#include "fovea/train/callback.h"
#include "fovea/train/events.h"
#include "fovea/train/history.h"

namespace fovea {

class RunRecorder final : public Callback {
 public:
  explicit RunRecorder(std::string folder);

  // Throws Error (file), which ends the training, where the folder cannot take it.
  void on_epoch_end(Trainer& trainer, EpochLogs& logs) override;

  const std::string& folder() const { return folder_; }
  std::string file(const std::string& name) const { return folder_ + "/" + name; }
  EventLog& events() { return events_; }
  const History& history() const { return history_; }  // complete epochs
  int best() const { return best_epoch(history_); }

 private:
  std::string folder_;
  EventLog events_;
  History history_;
};

}  // namespace fovea
