#include "app/train_arguments.h"

#include <algorithm>
#include <limits>

#include "app/augment_option.h"
#include "app/class_weight.h"
#include "app/key_values.h"
#include "app/metrics_option.h"
#include "app/option_values.h"
#include "app/recipe.h"
#include "app/output_file.h"
#include "fovea/base/error.h"

namespace fovea::app {
namespace {

void list_optimizer(OptionTable& table, TrainArguments& a) {
  OptimizerOptions& o = a.optimizer;
  table.section("Optimizer");
  table.add("--optimizer", o.name,
            {.value = "NAME", .help = "how weights follow gradients", .choices = Optimizer::names()});
  table.add("--learning-rate", o.learning_rate,
            {.value = "F", .help = "step size", .none = "sgd 0.01, else 0.001", .least = 0});
  table.add("--schedule", a.schedule,
            {.value = "NAME,KEY=VALUE,…",
             .help = "a step size for every step, instead of --learning-rate, with Keras's keys: exponential, piecewise, "
                     "polynomial, inverse_time, cosine (cosine,initial_learning_rate=0.1,decay_steps=1000), "
                     "cosine_restarts; one_cycle,max_learning_rate=0.1,total_steps=1000; without steps one_cycle, cosine and "
                     "polynomial take the whole training",
             .none = "none"});
  table.add("--momentum", o.momentum,
            {.value = "F", .help = "share of the last step that is kept (sgd, rmsprop)", .least = 0, .most = 1});
  table.add("--nesterov", o.nesterov, {.help = "look ahead along the momentum (sgd)"});
  table.add("--rho", o.rho,
            {.value = "F",
             .help = "decay of the mean square (rmsprop, adadelta)",
             .none = "adadelta 0.95, else 0.9",
             .least = 0,
             .most = 1});
  table.add("--centered", o.centered, {.help = "divide by the deviation instead of the mean square (rmsprop)"});
  table.add(
      "--beta-1", o.beta_1,
      {.value = "F", .help = "decay of the mean gradient (adam and its kin, lion)", .least = 0, .most = 1, .below_most = true});
  table.add(
      "--beta-2", o.beta_2,
      {.value = "F",
       .help = "decay of the mean square (adam and its kin), of the mean gradient kept (lion)",
       .none = "lion 0.99, else 0.999",
       .least = 0,
       .most = 1,
       .below_most = true});
  table.add("--amsgrad", o.amsgrad, {.help = "divide by the largest mean square so far (adam, adamw)"});
  table.add("--epsilon", o.epsilon,
            {.value = "F", .help = "keeps divisions from being by 0", .least = 0, .above_least = true});
  table.add("--initial-accumulator-value", o.initial_accumulator_value,
            {.value = "F", .help = "what the sum of squares starts from (adagrad)", .least = 0});
  table.add("--weight-decay", o.weight_decay,
            {.value = "F",
             .help = "share of each weight taken off a step, times the learning rate",
             .none = "adamw 0.004, else none",
             .least = 0});
  table.add("--exclude-from-weight-decay", a.exclude_from_weight_decay,
            {.value = "WORD,…",
             .help = "weights that do not decay: those whose path (conv2d/kernel) has one of these words in it",
             .none = "none"});
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
  table.add("--use-ema", o.use_ema,
            {.help = "keep a moving average of the weights, and make the model of the end of it; epochs are judged by the "
                     "weights themselves"});
  table.add("--ema-momentum", a.ema_momentum,
            {.value = "F",
             .help = "share of the average that is kept a step; turns --use-ema on",
             .none = "0.99 with --use-ema",
             .least = 0,
             .most = 1});
  table.add("--ema-overwrite-frequency", a.ema_overwrite_frequency,
            {.value = "N", .help = "steps after which weights take their average; 0 for the end alone", .least = 0});
  table.add("--gradient-accumulation-steps", a.gradient_accumulation_steps,
            {.value = "N", .help = "batches whose mean gradient makes one update", .least = 1});
}

void list_callbacks(OptionTable& table, TrainArguments& a) {
  table.section("Callbacks");
  table.add("--early-stopping", a.early_stopping,
            {.value = "KEY=VALUE,…",
             .help = "end where a figure gets no better, with the best epoch's weights: monitor=val_loss, patience=0, "
                     "min_delta=0, mode=auto, baseline, start_from_epoch=0, restore_best_weights=true",
             .none = "none"});
  table.add("--reduce-lr", a.reduce_lr,
            {.value = "KEY=VALUE,…",
             .help = "lower the step size where a figure gets no better: monitor=val_loss, factor=0.1, patience=10, "
                     "min_delta=0.0001, mode=auto, cooldown=0, min_lr=0",
             .none = "none"});
  table.add("--checkpoint", a.checkpoint,
            {.value = "KEY=VALUE,…",
             .help = "what best.safetensors is the best of: monitor=val_loss, mode=auto, save_best_only=true (false: every "
                     "epoch's model is kept too)",
             .none = "val_loss, without validation loss"});
}

// NAME,KEY=VALUE,…
struct ScheduleText {
  explicit ScheduleText(const std::string& text)
      : name(text.substr(0, text.find(','))),
        options(parse_key_values(text.substr(std::min(name.size() + 1, text.size())), "--schedule")) {}

  // The key whose steps it leaves to the training; null: none.
  const char* left() const {
    const char* key = name == "one_cycle"                         ? "total_steps"
                      : name == "cosine" || name == "polynomial" ? "decay_steps"
                                                                  : nullptr;
    return key != nullptr && options.contains(key) ? nullptr : key;
  }
  // That takes so many steps, its warm-up included, where it leaves them to the training.
  Schedule of(int64_t steps) {
    const auto warmup = options.find("warmup_steps");
    const double warming = warmup != options.end() && warmup->is_number() ? warmup->get<double>() : 0;
    const auto before = static_cast<int64_t>(std::clamp(warming, 0.0, static_cast<double>(steps)));
    if (const char* key = left()) options[key] = std::max<int64_t>(steps - before, 1);
    return make_schedule(name, options, "--schedule");
  }

  std::string name;
  Json options;
};

}  // namespace

void TrainArguments::list(OptionTable& table) {
  add_model_argument(table, model);
  table.positionals("MEMBER", more_models, "with --ensemble: further models");
  table.section("Training");
  table.add("--epochs", epochs, {.value = "N", .help = "passes over the training pictures", .least = 1});
  table.add("--initial-epoch", initial_epoch,
            {.value = "N", .help = "passes that count as done: so many fewer are made", .least = 0});
  list_training(table);
  table.section("Run");
  table.add("--runs", runs, {.value = "DIR", .help = "where runs are kept: the run is DIR/train/NAME"});
  table.add("--name", name,
            {.value = "NAME",
             .help = "of the run; one that is there already is refused",
             .none = "MODEL-DATA-001, counting up"});
  table.add("--resume", resume,
            {.value = "RUN",
             .help = "go on with a run where its last checkpoint stands, or, with more --epochs, behind its end",
             .none = "none",
             .kept = false});
  table.add("--recipe", recipe,
            {.value = "NAME",
             .help = "options that go together, for those that are not given: fast, fast_wide (for the models of these names)",
             .none = "none",
             .choices = recipe_names(),
             .kept = false});
  table.add("--whiten", whiten,
            {.value = "LAYER",
             .help = "a convolution that sees the pictures gets their patches' principal directions as filters, and does not train",
             .none = "none"});
  table.add("--ensemble", ensemble,
            {.help = "train all models one after another, and score and save the mean of their probabilities: one run, whose members are "
                     "in its folder members/; a model named twice has another seed the second time",
             .kept = false});
  table.add("--report", report, {.help = "write report.html into the run folder at the end, as fovea report does"});
  table.add("--from-study", from_study,
            {.value = "STUDY",
             .help = "train with the values of a trial of a study, and as many epochs; options given here win",
             .none = "none",
             .kept = false});
  table.add("--trial", trial, {.value = "best|N", .help = "which trial", .kept = false});
  table.add("--tensorboard", tensorboard, {.help = "write event files that TensorBoard opens too: tensorboard/ in the run"});
  table.add("--save", save, {.value = "FILE", .help = "write the trained model here too: .safetensors, or .keras or .h5 with the optimizer's state", .none = "none"});
  table.add("--find-lr", find_lr,
            {.value = "FILE.svg",
             .help = "do not train: try 200 steps with growing learning rates, draw the loss by rate, and name the rate where "
                     "it falls fastest",
             .none = "none",
             .kept = false});
  table.add(
      "--config", config,
      {.value = "FILE.toml", .help = "read options from a file; those given here win", .none = "none", .kept = false});
  table.add("--print-config", print_config,
            {.help = "print all options as a file for --config, and end", .kept = false});
  add_output_options(table, common);
  add_machine_options(table, common);
}

void TrainArguments::list_training(OptionTable& table) {
  table.add("--batch-size", batch_size, {.value = "N", .help = "pictures a step", .least = 1, .most = 1 << 20});
  table.add(
      "--validation-batch-size", validation_batch_size,
      {.value = "N", .help = "pictures at a time in validation; 0 for the batch size", .least = 0, .most = 1 << 20});
  table.add("--validation-freq", validation_freq,
            {.value = "N", .help = "epochs from one validation to the next", .least = 1});
  table.add("--steps-per-epoch", steps_per_epoch,
            {.value = "N",
             .help = "batches that make an epoch; the next one goes on among the pictures where it ends; 0 for a pass over "
                     "all pictures",
             .least = 0});
  add_metrics_option(table, metrics);
  table.add("--exact-train-metrics", exact_train_metrics,
            {.help = "evaluate the training pictures too, in the epochs that --validation-freq names (exact_loss, exact_accuracy, "
                     "…): the other figures of training are averages while weights moved"});
  table.add("--shuffle", shuffle, {.value = "WHETHER", .help = "a new order every epoch", .choices = {"on", "off"}});
  add_augment_option(table, augment, "random changes to training pictures");
  table.add("--class-weight", class_weight,
            {.value = "CLASS:F,…",
             .help = "what the loss of a class's pictures is multiplied by, by name or number; balanced: all classes alike",
             .none = "1 each"});
  table.add("--weighted-sampling", weighted_sampling,
            {.value = "CLASS:F,…",
             .help = "draw training pictures with replacement, so many an epoch as there are, each with a chance in "
                     "proportion to its class's number (1 where none is given); balanced: all classes equally often",
             .none = "every picture once an epoch"});
  std::string losses;
  for (const std::string& known : loss_names()) losses += (losses.empty() ? "" : ", ") + known;
  table.add("--loss", loss,
            {.value = "NAME",
             .help = "what is minimised, by Keras's names; integer and one-hot labels serve all: " + losses +
                     " (also bce, mse, mae)",
             .none = "categorical_crossentropy; binary_crossentropy where the model has one output, the probability of "
                     "the second of two classes"});
  table.add("--label-smoothing", label_smoothing,
            {.value = "F", .help = "share of a label that is spread over all classes", .least = 0, .most = 1});
  table.add("--focal-alpha", focal_alpha,
            {.value = "F",
             .help = "weight of all classes (categorical focal), of the second class (binary, with --focal-balancing)",
             .least = 0});
  table.add("--focal-gamma", focal_gamma,
            {.value = "F", .help = "how much less easy pictures count (focal losses)", .least = 0});
  table.add("--focal-balancing", focal_balancing, {.help = "weigh both classes by alpha (binary focal)"});
  list_optimizer(table, *this);
  list_callbacks(table, *this);
  add_model_options(table, model);
  table.add("--freeze", freeze,
            {.value = "base|all|PATTERN",
             .help = "layers that do not train: of the model inside the model, all, or those whose names match (block5*, vgg16/*)",
             .none = "none"});
  table.add("--fine-tune", fine_tune,
            {.value = "PATTERN,…",
             .help = "behind --epochs these layers train too, a stage a pattern: of the model inside the model (base), all, or those whose names match",
             .none = "nothing"});
  table.add("--fine-tune-learning-rate", fine_tune_learning_rate, {.value = "F,…", .help = "step size of these stages: one each, or one for all"});
  table.add("--fine-tune-epochs", fine_tune_epochs, {.value = "N,…", .help = "their epochs: likewise"});
  table.add("--front-features", front_features,
            {.value = "WHERE",
             .help = "what the frozen front of a model makes of the pictures is computed once and kept: in memory; on disk, where "
                     "the next run finds it (the cache, see --cache); auto: on disk if it takes more than half of the free memory; off: "
                     "computed every time",
             .choices = {"auto", "memory", "disk", "off"}});
  table.add("--augment-copies", augment_copies,
            {.value = "K",
             .help = "with --augment and a frozen front: keep its features of K draws of each picture, of which each epoch has one; 0: "
                     "compute them every time",
             .least = 0,
             .most = 1000});
  add_data_options(table, data);
  add_picture_options(table, pictures);
}

void TrainArguments::check() const {
  app::check(common);
  if (!loss.empty()) {
    const Loss named = loss_of(loss, "--loss");
    if (label_smoothing > 0 && (named == Loss::sparse_categorical_crossentropy || !kernels::smooths_labels(named)))
      throw usage_error("--label-smoothing",
                        "does not go with --loss {} (got {}, expected --loss categorical_crossentropy)", loss,
                        label_smoothing);
  }
  if (initial_epoch >= epochs)
    throw usage_error("--initial-epoch", "leaves nothing to train (got {}, expected below --epochs {})", initial_epoch, epochs);
  if (!class_weight.empty()) check_class_weight(class_weight, "--class-weight");
  if (!weighted_sampling.empty()) {
    check_class_weight(weighted_sampling, "--weighted-sampling");
    if (shuffle == "off") throw usage_error("--weighted-sampling", "does not go with --shuffle off (got both, expected one)");
  }
  if (const auto options = early_stopping_options()) EarlyStopping{*options};
  if (const auto options = reduce_lr_options()) {
    ReduceLROnPlateau{*options};
    if (!schedule.empty()) throw usage_error("--reduce-lr", "does not go with --schedule (got both, expected one)");
  }
  ModelCheckpoint{"", checkpoint_options(true)};
  metric_list(metrics);
  augment_options(augment);
  standardize_options(augment);
  if (!schedule.empty() && optimizer.learning_rate)
    throw usage_error("--schedule", "takes the place of --learning-rate (got both, expected one)");
  if (!find_lr.empty()) {
    check_output(find_lr, ".svg", "--find-lr");
    if (!schedule.empty()) throw usage_error("--find-lr", "does not go with --schedule (got both, expected one)");
  }
  if (!save.empty()) check_model_output(save, "--save");
  if (ema_overwrite_frequency > 0 && !optimizer_options().use_ema)
    throw usage_error("--ema-overwrite-frequency", "needs --use-ema (got {})", ema_overwrite_frequency);
  Optimizer{optimizer_options()};  // refuses what does not go together
  constexpr int64_t kMostEpochs = std::numeric_limits<int>::max();
  if (all_epochs() > kMostEpochs)
    throw usage_error("--fine-tune-epochs", "are too many with --epochs {} (got {} in all, expected at most {})", epochs,
                      all_epochs(), kMostEpochs);
  if (augment_copies > 0 && augment.empty()) throw usage_error("--augment-copies", "needs --augment (got {})", augment_copies);
}

namespace {

// The word of a stage: its own, or the one that is for all.
const std::string& of_stage(const std::vector<std::string>& words, size_t stage, size_t stages, const std::string& where) {
  if (words.size() != 1 && words.size() != stages)
    throw usage_error(where, "there must be one for all stages of --fine-tune, or one each (got {}, expected 1 or {})", words.size(), stages);
  return words.size() == 1 ? words[0] : words[stage];
}

}  // namespace

std::vector<TrainArguments::Stage> TrainArguments::stages() const {
  constexpr const char *kRate = "--fine-tune-learning-rate", *kEpochs = "--fine-tune-epochs";
  std::vector<Stage> stages;
  const std::vector<std::string> patterns = word_list(fine_tune);
  const auto rates = word_list(fine_tune_learning_rate), numbers = word_list(fine_tune_epochs);
  for (size_t i = 0; i < patterns.size(); ++i)
    stages.push_back({patterns[i],
                      parse_real<double>(of_stage(rates, i, patterns.size(), kRate), {.least = 0, .above_least = true}, kRate),
                      parse_integer<int>(of_stage(numbers, i, patterns.size(), kEpochs), {.least = 1}, kEpochs)});
  return stages;
}

int64_t TrainArguments::all_epochs() const {
  int64_t sum = epochs;
  for (const Stage& stage : stages()) sum += stage.epochs;
  return sum;
}

OptimizerOptions TrainArguments::optimizer_of(int stage) const {
  OptimizerOptions options = optimizer_options();
  if (stage == 0) return options;
  options.schedule = nullptr;
  options.learning_rate = stages()[static_cast<size_t>(stage) - 1].learning_rate;
  return options;
}

bool TrainArguments::leaves_steps() const { return !schedule.empty() && ScheduleText(schedule).left() != nullptr; }

bool TrainArguments::says_optimizer() const {
  return !schedule.empty() || !exclude_from_weight_decay.empty() || ema_momentum || gradient_accumulation_steps > 1 ||
         options_to_json(optimizer) != options_to_json(OptimizerOptions{});
}

void TrainArguments::take_optimizer(const OptimizerOptions& options) {
  optimizer = options;
  optimizer.use_ema = false;
  optimizer.gradient_accumulation_steps.reset();
  optimizer.ema_overwrite_frequency.reset();
  if (options.use_ema) ema_momentum = options.ema_momentum;
  ema_overwrite_frequency = options.ema_overwrite_frequency.value_or(0);
  gradient_accumulation_steps = options.gradient_accumulation_steps.value_or(1);
}

OptimizerOptions TrainArguments::optimizer_options() const {
  OptimizerOptions options = optimizer;
  if (!schedule.empty()) options.schedule = ScheduleText(schedule).of(steps);
  options.exclude_from_weight_decay = word_list(exclude_from_weight_decay);
  if (ema_momentum) {
    options.use_ema = true;
    options.ema_momentum = *ema_momentum;
  }
  if (ema_overwrite_frequency > 0) options.ema_overwrite_frequency = ema_overwrite_frequency;
  if (gradient_accumulation_steps > 1) options.gradient_accumulation_steps = gradient_accumulation_steps;
  return options;
}

std::optional<EarlyStoppingOptions> TrainArguments::early_stopping_options() const {
  if (early_stopping.empty()) return std::nullopt;
  return key_values_as<EarlyStoppingOptions>(early_stopping, "--early-stopping", {.restore_best_weights = true});
}

std::optional<ReduceLROnPlateauOptions> TrainArguments::reduce_lr_options() const {
  if (reduce_lr.empty()) return std::nullopt;
  return key_values_as<ReduceLROnPlateauOptions>(reduce_lr, "--reduce-lr");
}

ModelCheckpointOptions TrainArguments::checkpoint_options(bool validated) const {
  return key_values_as<ModelCheckpointOptions>(checkpoint, "--checkpoint",
                                               {.monitor = validated ? "val_loss" : "loss", .save_best_only = true});
}

TrainerOptions TrainArguments::trainer(int stage) const {
  return {.optimizer = optimizer_of(stage),
          .loss = loss.empty() ? std::optional<Loss>() : loss_of(loss, "--loss"),
          .label_smoothing = label_smoothing,
          .focal_alpha = focal_alpha,
          .focal_gamma = focal_gamma,
          .focal_balancing = focal_balancing,
          .seed = common.seed,
          .threads = common.threads,
          .lanes = common.lanes,
          .metrics = metric_list(metrics)};
}

std::vector<std::string> TrainArguments::figures(bool validated) const {
  std::vector<std::string> own = {"loss", "accuracy"};
  for (const std::string& metric : metric_list(metrics)) own.push_back(metric);
  std::vector<std::string> all = own;
  for (const std::string& figure : own) {
    if (validated) all.push_back("val_" + figure);
    if (exact_train_metrics) all.push_back("exact_" + figure);
  }
  return all;
}

}  // namespace fovea::app
