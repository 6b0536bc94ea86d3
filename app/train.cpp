// fovea train MODEL: fits a model to a data set and keeps the run in a folder.
#include "app/commands.h"
#include "app/config_file.h"
#include "app/joint_run.h"
#include "app/joint_training.h"
#include "app/recipe.h"
#include "app/study_folder.h"
#include "app/training.h"

namespace fovea::app {
namespace {

tune::TrialRow named_trial(tune::Study& study, const std::string& folder, const std::string& name) {
  const std::vector<tune::TrialRow> ranking = study.ranking();
  if (name == "best") return best_trial(ranking, folder);
  for (const tune::TrialRow& trial : ranking)
    if (std::to_string(trial.trial) == name) return trial;
  throw usage_error("--trial", "the study has no such trial (got {}, expected best, or a number below {})", name, ranking.size());
}

// What is not given is the trial's: its values, the study's options, its model and its epochs.
void take_trial(TrainArguments& arguments, OptionTable& table) {
  const std::string folder = find_study(arguments.from_study, arguments.runs);
  OpenStudy open(folder);
  tune::Study& study = open.study;
  const tune::TrialRow trial = named_trial(study, folder, arguments.trial);
  const StudyRest rest = StudyRest::from_json(study.rest());
  const tune::Space& space = study.oracle().settings().space;
  give_options(table, rest, space, trial.values);
  if (trial.epochs > 0) table.give("epochs", std::to_string(trial.epochs), folder);
  if (!arguments.model.model.empty()) return;
  const int64_t classes = rest.search.asks_for_classes() ? open_data(arguments.data).classes : 0;
  table.give("model", trial_model(rest, space, trial.values, folder + "/models/" + trial_name(trial.trial) + ".json", classes), folder);
}

}  // namespace

int train(const Arguments& words) {
  TrainArguments arguments;
  OptionTable table("train", "MODEL [OPTIONS]",
                    "Fits a model to a data set, and keeps the run in a folder of its own; with --ensemble several models.");
  arguments.list(table);
  if (!table.parse(words, &arguments.config)) return 0;
  if (!arguments.resume.empty()) read_resumed(arguments, table);
  else if (!arguments.from_study.empty()) take_trial(arguments, table);
  else if (table.given("--trial")) throw usage_error("--trial", "needs --from-study (got {})", arguments.trial);
  if (!arguments.recipe.empty() && arguments.resume.empty()) take_recipe(arguments.recipe, table);
  if (arguments.ensemble || (!arguments.resume.empty() && is_joint_run(arguments.resume))) return train_jointly(arguments, table);
  if (!arguments.more_models.empty())
    throw usage_error("train", "one model too many (got \"{}\", expected one, or --ensemble)", arguments.more_models.front());
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
