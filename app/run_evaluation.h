// A run looked at again: its model on the pictures that it was trained with, validated with and tested on.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/console.h"
#include "app/opened_data.h"
#include "app/options.h"
#include "app/train_arguments.h"
#include "fovea/data/dataset.h"
#include "fovea/model/model.h"
#include "fovea/train/data_examples.h"
#include "fovea/train/run_record.h"
#include "fovea/train/trainer.h"

namespace fovea::app {

// What the run folder says of how it was made.
TrainArguments run_arguments(const std::string& run);

class RunEvaluation {
 public:
  // Opens the run's best model and its data. Throws Error where either cannot be had.
  RunEvaluation(const std::string& run, OpenedData& data, const CommonOptions& common, const Console& console);

  const RunRecord& record() const { return record_; }
  const TrainArguments& arguments() const { return arguments_; }
  Model& model() { return *model_; }
  const Dataset& dataset() const { return *dataset_; }
  const std::vector<std::string>& class_names() const { return names_; }

  // The split that figures are of: test, else validation, else train.
  SplitKind reported() const;
  // Those that have pictures of their own: the validation split has none where the test split validates.
  std::vector<SplitKind> splits() const;
  const Split& split(SplitKind kind) const { return dataset_->split(kind); }
  const DataExamples& examples(SplitKind kind);
  // Of all pictures of a split; once.
  const Evaluation& evaluation(SplitKind kind);
  // Whether every picture is a file of its own: in a folder, or named by a manifest.
  bool has_files() const;
  // The path of a picture's file, ARCHIVE:PATH, or DATA:SPLIT:INDEX.
  std::string picture_name(SplitKind kind, int64_t i) const;

 private:
  CommonOptions common_;
  RunRecord record_;
  TrainArguments arguments_;
  std::optional<Model> model_;
  std::optional<Dataset> dataset_;
  PictureRules rules_;
  std::vector<int32_t> classes_;
  std::vector<std::string> names_;
  std::unique_ptr<Trainer> trainer_;
  std::optional<DataExamples> examples_[3];
  std::optional<Evaluation> evaluations_[3];
};

}  // namespace fovea::app
