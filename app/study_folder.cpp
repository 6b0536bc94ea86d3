#include "app/study_folder.h"

#include <fcntl.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "fovea/base/error.h"
#include "fovea/base/file.h"
#include "fovea/tune/sqlite_storage.h"

namespace fovea::app {
namespace {

namespace fs = std::filesystem;

std::string with_dashes(std::string name) {
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

// The same files once more, at no cost where the disk can link them. The one that grows is copied.
void link_folder(const fs::path& from, const fs::path& to) {
  fs::create_directories(to);
  for (const fs::directory_entry& entry : fs::directory_iterator(from)) {
    const fs::path name = entry.path().filename();
    if (entry.is_directory()) {
      link_folder(entry.path(), to / name);
      continue;
    }
    std::error_code failed;
    if (name != "events.jsonl") fs::create_hard_link(entry.path(), to / name, failed);
    if (failed || name == "events.jsonl") fs::copy_file(entry.path(), to / name);
  }
}

}  // namespace

bool is_study(const std::string& folder) { return folder_exists(folder) && file_exists(folder + "/" + kStudyFile); }

std::unique_ptr<tune::Storage> open_storage(const std::string& folder, bool create) {
  return tune::open_sqlite_storage(folder + "/" + kStudyFile, create);
}

std::string find_study(const std::string& text, const std::string& runs) {
  std::string path = text;
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if (!folder_exists(path) && path.find('/') == std::string::npos) path = runs + "/tune/" + path;
  if (!is_study(path)) throw file_error(path, "there is no such study");
  return path;
}

Json StudyRest::to_json() const {
  return {{"search", search.to_json()}, {"name", search.name}, {"options", options}, {"max_parameters", max_parameters}};
}

StudyRest StudyRest::from_json(const Json& json) {
  return {tune::SearchSpace::from_json(json.at("search"), json.at("name").get<std::string>()), json.at("options"),
          json.at("max_parameters").get<int64_t>()};
}

std::string trial_name(int64_t trial) { return fmt::format("{:04}", trial); }

std::vector<std::string> training_keys() {
  TrainArguments arguments;
  OptionTable table("", "", "");
  arguments.list_training(table);
  return table.config_keys();
}

std::string option_key(const std::string& parameter, const std::vector<std::string>& keys) {
  const std::string key = with_dashes(parameter);
  return std::find(keys.begin(), keys.end(), key) != keys.end() ? key : "";
}

void give_options(OptionTable& table, const StudyRest& rest, const tune::Space& space, const tune::Values& values) {
  const std::vector<std::string> keys = training_keys();
  for (const auto& [name, value] : values.items())
    if (const std::string key = option_key(name, keys); !key.empty()) table.give(key, word_of(value), rest.search.name);
  for (const auto& [key, word] : rest.options.items()) table.give(key, word.get<std::string>(), "tune");
  const Json options = rest.search.options_with(space, values);
  for (const auto& [name, value] : options.items())
    table.give(with_dashes(name), word_of(value), rest.search.name + ": options");
}

std::string trial_model(const StudyRest& rest, const tune::Space& space, const tune::Values& values, const std::string& path, int64_t classes) {
  tune::Values all = values;
  if (classes > 0) all["classes"] = classes;
  const Json model = rest.search.model_with(space, all);
  if (model.is_string()) return model.get<std::string>();
  if (const size_t slash = path.rfind('/'); slash != std::string::npos) create_folders(path.substr(0, slash));
  write_file_atomically(path, model.dump(1));
  return path;
}

const tune::TrialRow* best_of(const std::vector<tune::TrialRow>& ranking) {
  return ranking.empty() || !ranking[0].score ? nullptr : &ranking[0];
}

const tune::TrialRow& best_trial(const std::vector<tune::TrialRow>& ranking, const std::string& folder) {
  if (const tune::TrialRow* best = best_of(ranking)) return *best;
  throw failed_error(folder, "no trial has a score yet");
}

std::string best_run(const std::string& folder, int64_t k) { return fmt::format("{}/best/{}", folder, k); }

std::string existing_best_run(const std::string& folder) {
  const std::string run = best_run(folder);
  if (!folder_exists(run)) throw file_error(folder, "the study has no best run yet (expected best/1 in it)");
  return run;
}

void publish_best(const std::string& folder, tune::Study& study, int keep) {
  const fs::path best = folder + "/best", made = folder + "/.best.tmp", old = folder + "/.best-old.tmp";
  try {
    fs::remove_all(made);
    fs::remove_all(old);
    int rank = 0;
    for (const tune::TrialRow& trial : study.ranking()) {
      const fs::path run = folder + "/trials/" + trial_name(trial.trial);
      if (rank == keep || !trial.score) break;
      if (fs::exists(run)) link_folder(run, made / std::to_string(++rank));
    }
    if (rank == 0) return;
    // In one step, where the file system knows how to exchange names.
    if (::renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, best.c_str(), RENAME_EXCHANGE) == 0) {
      fs::remove_all(made);  // what was the best before
      return;
    }
    if (fs::exists(best)) fs::rename(best, old);
    fs::rename(made, best);
    fs::remove_all(old);
  } catch (const fs::filesystem_error& error) {
    throw file_error(best.string(), "cannot be written: {}", error.code().message());
  }
}

Json trial_json(const tune::TrialRow& trial) {
  Json json = {{"id", trial.trial},
               {"score", trial.score ? Json(*trial.score) : Json()},
               {"values", trial.values},
               {"epochs", trial.epochs},
               {"state", trial.state},
               {"seconds", trial.seconds}};
  if (!trial.reason.empty()) json["reason"] = trial.reason;
  return json;
}

}  // namespace fovea::app
