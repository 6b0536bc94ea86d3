// One training, from options to a run folder: what `fovea train` does, and `fovea tune` for a trial.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/option_table.h"
#include "app/train_arguments.h"
#include "fovea/train/callback.h"

namespace fovea::app {

// What is not the user's to say.
struct TrainingUse {
  std::string kind = "train";                 // the run's folder: RUNS/KIND/NAME
  std::vector<Callback*> callbacks = {};      // behind all others
  int64_t max_parameters = 0;                 // of the model; 0: any number
  int schedule_epochs = 0;                    // what a schedule without steps takes; 0: this training's
  // How data are opened: by default anew.
  OpenData open_data = [](const DataArguments& data, const PictureUse& use) {
    return app::open_data(data, {}, use);
  };
};

struct TrainedPart {
  History history;     // of the whole run
  double seconds = 0;  // of this part
};

class Training {
 public:
  // Opens model and data, and makes the run's folder or takes it up. `table` holds the arguments. Throws Error.
  Training(TrainArguments& arguments, const OptionTable& table, TrainingUse use = {});
  ~Training();

  // Trains, tests, prints; returns the exit code.
  int run();
  // Instead of a run: --find-lr.
  int find_rate();
  // Trains and saves, no more.
  TrainedPart run_part();

 private:
  class Work;
  std::unique_ptr<Work> work_;
};

// With --resume the run's own configuration says the rest. Throws Error (usage) for options that do not go with it.
void read_resumed(TrainArguments& arguments, OptionTable& table);

}  // namespace fovea::app
