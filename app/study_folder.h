// The folder of a study, RUNS/tune/NAME: study.sqlite, trials/ (run folders that are still needed), models/ (architectures of
// trials), best/1, best/2, … (run folders).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/training.h"
#include "fovea/tune/search_space.h"
#include "fovea/tune/study.h"

namespace fovea::app {

inline constexpr const char* kStudyFile = "study.sqlite";

bool is_study(const std::string& folder);
// Throws Error (file) where the folder is no study's, or has one already that is to be made.
std::unique_ptr<tune::Storage> open_storage(const std::string& folder, bool create = false);
struct OpenStudy {
  explicit OpenStudy(const std::string& folder) : storage(open_storage(folder)), study(*storage) {}
  std::unique_ptr<tune::Storage> storage;
  tune::Study study;
};
// What a user calls a study: its folder, or its name alone. Throws Error (file) where there is none.
std::string find_study(const std::string& text, const std::string& runs);

// Besides the search itself: what it is over, and what the user said of the training.
struct StudyRest {
  tune::SearchSpace search;
  Json options = Json::object();  // texts by the keys of a configuration
  int64_t max_parameters = 0;

  Json to_json() const;
  static StudyRest from_json(const Json& json);
};

std::string trial_name(int64_t trial);  // 0007

// Options of a trial's training, as if the user had said them. `classes`: of the data, where the model asks for $classes.
// Throws Error (usage) for values that an option does not take.
void give_options(OptionTable& table, const StudyRest& rest, const tune::Space& space, const tune::Values& values);
// The model of a trial: a MODEL, or an architecture written to this path.
std::string trial_model(const StudyRest& rest, const tune::Space& space, const tune::Values& values, const std::string& path, int64_t classes);

// Whether a parameter of this name is an option of the training; its key then ("learning-rate").
std::string option_key(const std::string& parameter, const std::vector<std::string>& keys);
std::vector<std::string> training_keys();

// Of Study::ranking: null where no trial has a score; the second throws Error (failed) there.
const tune::TrialRow* best_of(const std::vector<tune::TrialRow>& ranking);
const tune::TrialRow& best_trial(const std::vector<tune::TrialRow>& ranking, const std::string& folder);
// The run folder of the k-th best trial: best/k.
std::string best_run(const std::string& folder, int64_t k = 1);
// The best trial's; throws Error (file) where there is none yet.
std::string existing_best_run(const std::string& folder);
// Makes best/1 … best/keep from trials/.
void publish_best(const std::string& folder, tune::Study& study, int keep);

Json trial_json(const tune::TrialRow& trial);

}  // namespace fovea::app
