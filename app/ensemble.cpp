// fovea ensemble MODEL…: what several models say together.
#include "app/commands.h"
#include "app/ensembling.h"
#include "app/terminal.h"

namespace fovea::app {

int ensemble(const Arguments& words) {
  CommonOptions common;
  EnsembleArguments arguments;
  OptionTable table("ensemble", "MODEL… [OPTIONS]", "Combines what several models say of a data set, and scores each and all of them.");
  table.positionals("MODEL", arguments.models, "run folders, files of models, studies");
  table.section("Combination");
  table.add("--combine", arguments.combine, {.value = "HOW", .help = "the mean of probabilities, their geometric mean, a vote; or weights: one model of the members' mean weights",
             .choices = {"mean", "geometric", "majority", "weights"}});
  table.add("--weights", arguments.weights,
            {.value = "HOW", .help = "equal; fitted to the validation pictures (likelihood); or greedy selection on them", .choices = {"equal", "fitted", "greedy"}});
  table.add("--temperature", arguments.temperature,
            {.value = "WHOSE", .help = "temperatures fitted to the validation pictures: of the members, of the whole, or both", .choices = {"none", "members", "whole", "both"}});
  table.add("--test-augment", arguments.augment, {.value = "HOW", .help = "each picture also mirrored, the mean of both", .choices = {"none", "flip"}});
  table.add("--top", arguments.top, {.value = "N", .help = "of a study, its best models", .least = 1});
  table.add("--split", arguments.split, {.value = "SPLIT", .help = "which pictures are scored", .choices = {"train", "validation", "test"}});
  table.add("--batch-size", arguments.batch, {.value = "N", .help = "pictures at a time", .least = 1, .most = 1 << 20});
  table.add("--save", arguments.save, {.value = "FILE", .help = "write the ensemble as one model: .safetensors, .keras, .h5", .none = "none"});
  add_data_options(table, arguments.data);
  add_picture_options(table, arguments.pictures);
  add_output_options(table, common);
  add_machine_options(table, common);
  if (!table.parse(words)) return 0;
  check(common);
  if (arguments.models.empty()) throw usage_error("MODEL", "is missing (expected models, run folders or a study)");
  OpenedData data;
  const EnsembleScore score = score_ensemble(arguments, data, common, common.console());
  if (common.json) print_json(score.json());
  else print(score.text(columns()));
  return 0;
}

}  // namespace fovea::app
