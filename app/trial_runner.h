// Trains a rung of a trial of a study: an ordinary run in STUDY/trials, which later rungs and other processes go on with.
#pragma once

#include <chrono>
#include <optional>

#include "app/opened_data.h"
#include "app/study_folder.h"
#include "fovea/tune/worker.h"

namespace fovea::app {

struct TrialRunnerOptions {
  std::string folder;  // of the study
  int threads = 0;
  int keep = 3;
  std::optional<std::chrono::steady_clock::time_point> deadline = {};

  bool late() const { return deadline && std::chrono::steady_clock::now() >= *deadline; }
};

class TrialRunner final : public tune::RungRunner {
 public:
  TrialRunner(tune::Study& study, TrialRunnerOptions options);

  std::optional<tune::RungResult> run(const tune::Work& work) override;
  void reported(tune::Study& study) override;

 private:
  Dataset open_data(const DataArguments& data, const PictureUse& use);
  int64_t classes(const DataArguments& data);
  void read_options(const tune::Work& work, TrainArguments& arguments, OptionTable& table);

  tune::Study& study_;
  TrialRunnerOptions options_;
  StudyRest rest_;
  OpenedData data_;
  bool no_data_ = false;  // the trial's data cannot be opened
};

}  // namespace fovea::app
