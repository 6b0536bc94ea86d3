#include "app/study_data.h"

#include "app/study_folder.h"
#include "fovea/tune/importance.h"

namespace fovea::app {

Json study_data(const std::string& folder) {
  OpenStudy open(folder);
  tune::Study& study = open.study;
  const tune::Settings& settings = study.oracle().settings();
  Json data = {{"study", folder},
               {"algorithm", settings.algorithm},
               {"objective", study.objective().figure},
               {"mode", study.objective().up ? "max" : "min"},
               {"parameters", settings.space.names()},
               {"trials", Json::array()},
               {"importance", Json::array()},
               {"importance_method", tune::kImportanceMethod}};
  std::vector<tune::ScoredValues> scored;
  for (const tune::TrialRow& trial : open.storage->trials()) {
    data["trials"].push_back(trial_json(trial));
    if (trial.score) scored.push_back({trial.values, *trial.score});
  }
  for (const tune::Importance& one : tune::importance(settings.space, scored)) data["importance"].push_back(Json::array({one.parameter, one.importance}));
  return data;
}

}  // namespace fovea::app
