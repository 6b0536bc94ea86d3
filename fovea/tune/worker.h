// The loop of one worker of a study: lease a rung, have it run, say what came of it.
#pragma once

#include <functional>
#include <string>

#include "fovea/tune/study.h"

namespace fovea::tune {

// What trains, or in tests pretends to.
class RungRunner {
 public:
  virtual ~RungRunner() = default;
  // Trains the trial from the rung's first epoch, or from where a process that died left it, to its last. Nothing where it
  // was stopped before. Throws Error where the whole search makes no sense; a trial's own failure is in the result.
  virtual std::optional<RungResult> run(const Work& work) = 0;
  // Behind every report: trials may be done with, and the ranking another.
  virtual void reported(Study& study) = 0;
};

struct WorkerOptions {
  std::function<bool()> stop = [] { return false; };  // asked between rungs
  double beat_seconds = 20;                           // between two signs of life
  int wait_milliseconds = 50;                         // before asking again, where others have to end first
};

// Works until the search is done or stopped. `path` is the study's, for signs of life from a thread of their own; empty: none.
void work_on(Study& study, RungRunner& runner, const std::string& path, const WorkerOptions& options = {});

}  // namespace fovea::tune
