// fovea train MODEL: fits a model to a data set and keeps the run in a folder.
#include "app/commands.h"
#include "app/config_file.h"
#include "app/training.h"

namespace fovea::app {

int train(const Arguments& words) {
  TrainArguments arguments;
  OptionTable table("train", "MODEL [OPTIONS]",
                    "Fits a model to a data set, and keeps the run in a folder of its own.");
  arguments.list(table);
  if (!table.parse(words, &arguments.config)) return 0;
  if (!arguments.resume.empty()) read_resumed(arguments, table);
  arguments.check();
  if (arguments.print_config) {
    if (arguments.common.json) {
      print_json(table.config_json());
    } else {
      print(to_toml(table.config_json()));
    }
    return 0;
  }
  Training training(arguments, table);
  return arguments.find_lr.empty() ? training.run() : training.find_rate();
}

}  // namespace fovea::app
