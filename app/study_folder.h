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

// best/1 … best/k, from trials/.
void publish_best(const std::string& folder, tune::Study& study, int keep);

Json trial_json(const tune::TrialRow& trial);

}  // namespace fovea::app
