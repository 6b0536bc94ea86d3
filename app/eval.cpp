// fovea eval MODEL: how right a model is on a split of a data set.
#include <algorithm>

#include "app/commands.h"
#include "app/console.h"
#include "app/data_argument.h"
#include "app/metrics_option.h"
#include "app/model_argument.h"
#include "app/numbers.h"
#include "app/options.h"
#include "app/picture_rules.h"
#include "app/terminal.h"
#include "app/test_result.h"
#include "fovea/base/fields.h"

namespace fovea::app {
namespace {

// The loss that a model was trained with, and its options, as far as they are recorded. Another program may mean other
// things by these names.
void take_recorded_loss(const Json& provenance, TrainerOptions& options) {
  const auto take = [&](const char* key, auto& value) {
    const auto at = provenance.find(key);
    if (at != provenance.end() && std::string_view(at->type_name()) == Json(value).type_name())
      read_field(*at, value, key);
  };
  std::string name;
  take("loss", name);
  const auto& names = loss_names();
  if (std::find(names.begin(), names.end(), name) == names.end()) return;
  options.loss = loss_of(name, "loss");
  take("label_smoothing", options.label_smoothing);
  take("focal_alpha", options.focal_alpha);
  take("focal_gamma", options.focal_gamma);
  take("focal_balancing", options.focal_balancing);
}

}  // namespace

int eval(const Arguments& arguments) {
  CommonOptions common;
  DataArguments which;
  PictureArguments pictures;
  ModelArguments of_model;
  std::string split_name = "test", loss, metrics;
  int64_t batch = 32;
  OptionTable table("eval", "MODEL [OPTIONS]",
                    "Evaluates a model on a split of a data set: loss, accuracy, report, confusion matrix.");
  add_model_argument(table, of_model);
  table.section("Evaluation");
  table.add("--split", split_name,
            {.value = "SPLIT", .help = "which pictures", .choices = {"train", "validation", "test"}});
  table.add("--batch-size", batch, {.value = "N", .help = "pictures at a time", .least = 1, .most = 1 << 20});
  table.add("--loss", loss, {.value = "NAME", .help = "which loss, as in train", .none = "the one it was trained with"});
  add_metrics_option(table, metrics);
  add_model_options(table, of_model);
  add_data_options(table, which);
  add_picture_options(table, pictures);
  add_output_options(table, common);
  add_machine_options(table, common);
  if (!table.parse(arguments)) return 0;
  check(common);
  const Console console = common.console();

  const SplitKind kind = parse_split_kind(split_name, "--split");
  const bool from_train = kind == SplitKind::train || (kind == SplitKind::validation && which.validation != "test");
  auto [opened, dataset] = open_model_and_data(of_model, which, pictures, common, console, [&](const DataArguments& data, const PictureUse& use) {
    return open_data(data, {.train = from_train, .test = !from_train}, use);
  });
  Model& model = opened.model;
  warn_of(dataset, console);
  warn_if_untrained(opened, of_model, common.seed, console);

  const Split& split = wanted_split(dataset, kind, "--split");
  const PictureRules rules = picture_rules(model, pictures, console);
  const DataExamples examples(split, rules, match_classes(dataset, model), model.classes(), dataset.name);
  // Nothing is trained: the optimizer without state.
  TrainerOptions options = {.optimizer = {.name = "sgd"},
                            .threads = common.threads,
                            .lanes = common.lanes,
                            .metrics = metric_list(metrics)};
  if (loss.empty()) take_recorded_loss(model.info.provenance, options);
  else options.loss = loss_of(loss, "--loss");
  Trainer trainer(model, options);
  const Evaluation evaluation = trainer.evaluate(examples, batch);
  console.detail("{} pictures in {}", grouped(examples.size()), duration(evaluation.seconds));
  const TestResult result = test_result(evaluation, names_of_classes(model, dataset));
  if (common.json) {
    print_json(result.json());
  } else {
    print(result.text(columns()));
  }
  return 0;
}

}  // namespace fovea::app
