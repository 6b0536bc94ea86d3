#include "app/trial_runner.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <new>
#include <set>

#include "app/interrupt.h"
#include "fovea/base/file.h"
#include "fovea/train/history.h"
#include "fovea/train/run_folder.h"
#include "fovea/train/run_record.h"

namespace fovea::app {
namespace {

// At the options' deadline.
class StopInTime final : public Callback {
 public:
  explicit StopInTime(const TrialRunnerOptions& options) : options_(options) {}
  void on_batch_end(Trainer& trainer, const BatchLogs&) override {
    if (!options_.late()) return;
    stopped_ = true;
    trainer.stop();
  }
  bool stopped() const { return stopped_; }

 private:
  const TrialRunnerOptions& options_;
  bool stopped_ = false;
};

bool says_data(const tune::Values& values) {
  DataArguments data;
  OptionTable table("", "", "");
  add_data_options(table, data);
  const std::vector<std::string> keys = table.config_keys();
  for (const auto& [name, value] : values.items())
    if (!option_key(name, keys).empty()) return true;
  return false;
}

// Whether a trial's data cannot be opened for a reason that is no other trial's: its own values may not fit.
bool is_its_own(const Error& error, const tune::Work& work) {
  return error.kind() != ErrorKind::file && (work.trial > 0 || says_data(work.values));
}

}  // namespace

TrialRunner::TrialRunner(tune::Study& study, TrialRunnerOptions options)
    : study_(study), options_(std::move(options)), rest_(StudyRest::from_json(study.rest())) {}

Dataset TrialRunner::open_data(const DataArguments& data, const PictureUse& use) {
  no_data_ = true;
  Dataset dataset = data_.open(data, use);
  no_data_ = false;
  return dataset;
}

int64_t TrialRunner::classes(const DataArguments& data) {
  return rest_.search.asks_for_classes() ? open_data(data, {nullptr, {}, options_.threads}).classes : 0;
}

// A run that was begun says its options itself.
void TrialRunner::read_options(const tune::Work& work, TrainArguments& arguments, OptionTable& table) {
  const std::string name = trial_name(work.trial), folder = options_.folder + "/trials/" + name;
  table.give("epochs", std::to_string(work.epochs), "tune");
  table.give("threads", std::to_string(options_.threads), "tune");
  arguments.common.quiet = true;
  if (folder_exists(folder)) {
    arguments.resume = folder;
    table.read_config(folder + "/config.toml");
    arguments.check();
    return;
  }
  const tune::Space& space = study_.oracle().settings().space;
  give_options(table, rest_, space, work.values);
  table.give("checkpoint", "monitor=" + study_.objective().figure, "tune");
  const std::string model = trial_model(rest_, space, work.values, options_.folder + "/models/" + name + ".json", classes(arguments.data));
  table.give("model", model, rest_.search.name);
  table.give("name", name, "tune");
  arguments.check();
}

std::optional<tune::RungResult> TrialRunner::run(const tune::Work& work) {
  if (options_.late()) return std::nullopt;
  no_data_ = false;
  tune::RungResult result;
  StopInTime stop(options_);
  try {
    TrainArguments arguments;
    OptionTable table("tune", "", "");
    arguments.list(table);
    read_options(work, arguments, table);
    arguments.runs = options_.folder;
    Training training(arguments, table, {.kind = "trials",
                                         .callbacks = {&stop},
                                         .max_parameters = rest_.max_parameters,
                                         .schedule_epochs = study_.oracle().settings().max_epochs,
                                         .open_data = [this](const DataArguments& data, const PictureUse& use) { return open_data(data, use); }});
    const TrainedPart part = training.run_part();
    if (InterruptGuard::interrupted() || stop.stopped()) return std::nullopt;
    result.seconds = part.seconds;
    const tune::Objective& objective = study_.objective();
    // A rung that stopped early ended before the next one's first epoch.
    const tune::TrialRow before = study_.storage().trial(work.trial).value_or(tune::TrialRow{});
    if (!part.history.empty() && part.history.back().epoch < before.epochs) result.score = before.score;
    for (const EpochLogs& logs : part.history) {
      Json figures = epoch_json(logs);
      figures.erase("epoch");
      result.epochs.push_back({logs.epoch + 1, std::move(figures)});
      const std::optional<double> value = find_figure(logs, objective.figure);
      if (logs.epoch < before.epochs || !value || !std::isfinite(*value)) continue;
      if (!result.score || objective.merit(*value) > objective.merit(*result.score)) result.score = value;
    }
    if (!result.score) result.failure = objective.figure + " is in none of its epochs, or is not a number";
  } catch (const Error& error) {
    // Without data there is no search; all else may be this trial's values.
    if ((no_data_ && !is_its_own(error, work)) || error.kind() == ErrorKind::interrupted) throw;
    result.failure = error.what();
  } catch (const std::bad_alloc&) {
    result.failure = "memory: there is not enough of it";
  }
  return result;
}

// Removes what is needed no more: trials that will not go on, but for the best.
void TrialRunner::reported(tune::Study& study) {
  const std::string trials = options_.folder + "/trials";
  if (!folder_exists(trials)) return;
  std::set<std::string> kept;
  const std::vector<tune::TrialRow> ranking = study.ranking();
  for (size_t rank = 0; rank < ranking.size(); ++rank) {
    const tune::TrialRow& trial = ranking[rank];
    const bool best = rank < static_cast<size_t>(options_.keep) && trial.score;
    if (best || trial.state == "running" || study.oracle().may_go_on(trial.trial)) kept.insert(trial_name(trial.trial));
  }
  for (const FolderEntry& entry : list_folder(trials)) {
    if (kept.contains(entry.name) || is_temporary_name(entry.name)) continue;
    // A trial that began a moment ago is not in the ranking yet.
    const bool known = std::any_of(ranking.begin(), ranking.end(), [&](const tune::TrialRow& t) { return trial_name(t.trial) == entry.name; });
    if (!known) continue;
    try {
      remove_run(trials + "/" + entry.name);
    } catch (const Error&) {
      continue;  // another worker is removing the same
    }
    std::error_code ignored;
    std::filesystem::remove(options_.folder + "/models/" + entry.name + ".json", ignored);
  }
}

}  // namespace fovea::app
