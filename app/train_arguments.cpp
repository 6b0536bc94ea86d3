#include "app/train_arguments.h"

#include "app/output_file.h"
#include "fovea/base/error.h"

namespace fovea::app {
namespace {

constexpr const char* kSparse = "sparse_categorical_crossentropy";

void list_optimizer(OptionTable& table, OptimizerOptions& o) {
  table.section("Optimizer");
  table.add("--optimizer", o.name,
            {.value = "NAME", .help = "how weights follow gradients", .choices = Optimizer::names()});
  table.add("--learning-rate", o.learning_rate,
            {.value = "F", .help = "step size", .none = "sgd 0.01, else 0.001", .least = 0});
  table.add("--momentum", o.momentum,
            {.value = "F", .help = "share of the last step that is kept (sgd, rmsprop)", .least = 0, .most = 1});
  table.add("--nesterov", o.nesterov, {.help = "look ahead along the momentum (sgd)"});
  table.add("--rho", o.rho, {.value = "F", .help = "decay of the mean square (rmsprop)", .least = 0, .most = 1});
  table.add(
      "--beta-1", o.beta_1,
      {.value = "F", .help = "decay of the mean gradient (adam, adamw)", .least = 0, .most = 1, .below_most = true});
  table.add(
      "--beta-2", o.beta_2,
      {.value = "F", .help = "decay of the mean square (adam, adamw)", .least = 0, .most = 1, .below_most = true});
  table.add("--weight-decay", o.weight_decay,
            {.value = "F",
             .help = "share of each weight taken off a step, times the learning rate",
             .none = "adamw 0.004, else none",
             .least = 0});
  table.add(
      "--clipnorm", o.clipnorm,
      {.value = "F", .help = "longest gradient of one weight tensor", .none = "none", .least = 0, .above_least = true});
  table.add("--clipvalue", o.clipvalue,
            {.value = "F",
             .help = "largest size of one number of a gradient",
             .none = "none",
             .least = 0,
             .above_least = true});
  table.add("--global-clipnorm", o.global_clipnorm,
            {.value = "F",
             .help = "longest gradient of all weights together",
             .none = "none",
             .least = 0,
             .above_least = true});
}

}  // namespace

void TrainArguments::list(OptionTable& table) {
  table.positional("MODEL", model, "a name that \"fovea models\" lists, FILE.json, FILE.safetensors or a run folder");
  table.section("Training");
  table.add("--epochs", epochs, {.value = "N", .help = "passes over the training pictures", .least = 1});
  table.add("--batch-size", batch_size, {.value = "N", .help = "pictures a step", .least = 1, .most = 1 << 20});
  table.add(
      "--validation-batch-size", validation_batch_size,
      {.value = "N", .help = "pictures at a time in validation; 0 for the batch size", .least = 0, .most = 1 << 20});
  table.add("--shuffle", shuffle, {.value = "WHETHER", .help = "a new order every epoch", .choices = {"on", "off"}});
  table.add("--loss", loss,
            {.value = "NAME",
             .help = "what is minimised; integer and one-hot labels serve both",
             .choices = {"categorical_crossentropy", kSparse}});
  table.add("--label-smoothing", label_smoothing,
            {.value = "F", .help = "share of a label that is spread over all classes", .least = 0, .most = 1});
  list_optimizer(table, optimizer);
  add_data_options(table, data);
  add_picture_options(table, pictures);
  table.section("Run");
  table.add("--runs", runs, {.value = "DIR", .help = "where runs are kept: the run is DIR/train/NAME"});
  table.add("--name", name,
            {.value = "NAME",
             .help = "of the run; one that is there already is refused",
             .none = "MODEL-DATA-001, counting up"});
  table.add("--save", save, {.value = "FILE.safetensors", .help = "write the trained model here too", .none = "none"});
  table.add(
      "--config", config,
      {.value = "FILE.toml", .help = "read options from a file; those given here win", .none = "none", .kept = false});
  table.add("--print-config", print_config,
            {.help = "print all options as a file for --config, and end", .kept = false});
  add_output_options(table, common);
  add_machine_options(table, common);
}

void TrainArguments::check() const {
  app::check(common);
  if (label_smoothing > 0 && loss == kSparse)
    throw usage_error("--label-smoothing",
                      "does not go with --loss {} (got {}, expected --loss categorical_crossentropy)", loss,
                      label_smoothing);
  if (!save.empty()) check_output(save, ".safetensors", "--save");
  Optimizer{optimizer};  // refuses what does not go together
}

TrainerOptions TrainArguments::trainer() const {
  return {.optimizer = optimizer,
          .loss = loss == kSparse ? Loss::sparse_categorical_crossentropy : Loss::categorical_crossentropy,
          .label_smoothing = label_smoothing,
          .seed = common.seed,
          .threads = common.threads,
          .lanes = common.lanes};
}

}  // namespace fovea::app
