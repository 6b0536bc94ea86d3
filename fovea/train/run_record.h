// What a run folder tells of its run, from events.jsonl: for lists, comparisons and reports.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fovea/base/json.h"
#include "fovea/train/metrics.h"

namespace fovea {

enum class RunState {
  running,      // a process works on it
  finished,
  stopped,      // by Ctrl-C
  failed,       // `error` says why
  interrupted,  // its process is gone: killed, or the machine went down
};
std::string_view to_string(RunState state);

struct RunRecord {
  std::string path, name;
  RunState state = RunState::interrupted;
  std::string error = {};
  double began = 0;  // seconds since 1970
  std::string model = {}, data = {};
  int epochs_wanted = 0;
  std::map<int, Figures> epochs = {};  // counted from 1, by Keras's names
  int best_epoch = 0;                  // 0 for none
  double seconds = 0;                  // of its training
  double pictures_per_second = 0;      // of the steps of the fastest epoch
  std::string tested_split = {};       // empty: no test was made
  double test_loss = 0, test_accuracy = 0;

  std::optional<double> figure(int epoch, const std::string& name) const;
};

// Throws Error (file) where the folder is no run's, or holds what cannot be read.
RunRecord read_run(const std::string& path);

// The runs of a folder RUNS/train, the oldest first; what is none is left out.
std::vector<RunRecord> list_runs(const std::string& folder);

// Removes a run folder. Throws Error (file) where it is no run's, or a process works on it.
void remove_run(const std::string& path);

}  // namespace fovea
