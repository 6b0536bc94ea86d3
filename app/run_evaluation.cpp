#include "app/run_evaluation.h"

#include <filesystem>

#include "app/picture_rules.h"
#include "app/test_result.h"
#include "fovea/base/error.h"
#include "fovea/base/file.h"
#include "fovea/io/model_file.h"
#include "fovea/train/run_folder.h"

namespace fovea::app {

TrainArguments run_arguments(const std::string& run) {
  TrainArguments arguments;
  OptionTable table("train", "", "");
  arguments.list(table);
  table.read_config(run + "/config.toml");
  return arguments;
}

RunEvaluation::RunEvaluation(const std::string& run, OpenedData& data, const CommonOptions& common, const Console& console)
    : common_(common), record_(read_run(run)), arguments_(run_arguments(run)), model_(load_model(run_model_file(run))) {
  dataset_ = data.open(arguments_.data, {&*model_, choose_resizing(arguments_.pictures, &*model_), common_.threads});
  rules_ = picture_rules(*model_, arguments_.pictures, console);
  classes_ = match_classes(*dataset_, *model_);
  names_ = names_of_classes(*model_, *dataset_);
  TrainerOptions options = arguments_.trainer();
  options.optimizer = {.name = "sgd"};  // nothing is trained: the one without state
  options.threads = common_.threads;
  options.lanes = common_.lanes;
  options.metrics.clear();
  trainer_ = std::make_unique<Trainer>(*model_, options);
}

SplitKind RunEvaluation::reported() const {
  const std::vector<SplitKind> kinds = splits();
  if (kinds.empty()) throw file_error(dataset_->name, "there are no pictures");
  return kinds.back();
}

std::vector<SplitKind> RunEvaluation::splits() const {
  std::vector<SplitKind> kinds;
  for (const SplitKind kind : kSplitKinds)
    if (!split(kind).empty() && !(kind == SplitKind::validation && arguments_.data.validation == "test")) kinds.push_back(kind);
  return kinds;
}

const DataExamples& RunEvaluation::examples(SplitKind kind) {
  auto& examples = examples_[static_cast<size_t>(kind)];
  if (!examples) examples.emplace(split(kind), rules_, classes_, model_->classes(), dataset_->name);
  return *examples;
}

const Evaluation& RunEvaluation::evaluation(SplitKind kind) {
  auto& evaluation = evaluations_[static_cast<size_t>(kind)];
  if (!evaluation) evaluation = trainer_->evaluate(examples(kind), arguments_.batch_size);
  return *evaluation;
}

bool RunEvaluation::has_files() const {
  const std::string& data = arguments_.data.data;
  const Split& any = split(reported());
  return any.origin(0) != nullptr && (folder_exists(data) || data.ends_with(".csv"));
}

std::string RunEvaluation::picture_name(SplitKind kind, int64_t i) const {
  const Split& split = dataset_->split(kind);
  const std::string& data = arguments_.data.data;
  if (const PictureOrigin* origin = split.origin(i)) {
    if (!has_files()) return data + ":" + origin->path;
    const std::filesystem::path folder = folder_exists(data) ? std::filesystem::path(data) : std::filesystem::path(data).parent_path();
    return std::filesystem::absolute(folder / origin->path).lexically_normal().string();
  }
  return fmt::format("{}:{}:{}", arguments_.data.data, to_string(kind == SplitKind::test ? kind : SplitKind::train), split.place(i));
}

}  // namespace fovea::app
