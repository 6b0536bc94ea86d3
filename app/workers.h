// The processes that work on a study: started by one parent that watches, ended with it.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/trial_runner.h"
#include "fovea/base/error.h"

namespace fovea::app {

class Workers {
 public:
  // Each begins at once. `options` of one worker; `let_go`: of what is the parent's alone, in a worker.
  Workers(int count, TrialRunnerOptions options, std::function<void()> let_go);
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers();

  // Looks who has ended; one that died is recorded with the trial it worked on, and another takes its place. False where all
  // are through. To be called while this process has no storage open.
  bool watch();
  // Asks all to save and end.
  void stop();
  // What one of them could not go on from.
  const std::optional<Error>& error() const { return error_; }

 private:
  struct Worker {
    pid_t process = -1;
    int messages = -1;  // an Error as JSON, where there was one
  };
  Worker start();
  [[noreturn]] void work(int messages);
  void ended(Worker& worker, int status);
  void record_death(pid_t process, int status);
  void refuse(Error error);

  TrialRunnerOptions options_;
  std::function<void()> let_go_;
  std::vector<Worker> workers_;
  std::optional<Error> error_;
  bool stopping_ = false;
  std::map<int64_t, int> deaths_;  // of workers, by the trial they were at; -1: at none
};

}  // namespace fovea::app
