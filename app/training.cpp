#include "app/training.h"

#include <algorithm>
#include <chrono>

#include "app/augment_option.h"
#include "app/class_weight.h"
#include "app/config_file.h"
#include "app/front_features.h"
#include "app/interrupt.h"
#include "app/machine.h"
#include "app/model_argument.h"
#include "app/numbers.h"
#include "app/picture_rules.h"
#include "app/progress.h"
#include "app/report.h"
#include "app/run_files.h"
#include "app/training_result.h"
#include "app/version.h"
#include "fovea/base/fields.h"
#include "fovea/base/file.h"
#include "fovea/io/model_file.h"
#include "fovea/model/freeze.h"
#include "fovea/model/summary.h"
#include "fovea/report/learning_rate_plot.h"
#include "fovea/train/augmented_examples.h"
#include "fovea/train/checkpoint.h"
#include "fovea/train/history.h"
#include "fovea/train/keras_training.h"
#include "fovea/train/learning_rate_finder.h"
#include "fovea/train/model_preprocess.h"
#include "fovea/train/run_folder.h"
#include "fovea/train/whitening.h"
#include "fovea/train/run_recorder.h"

namespace fovea::app {
namespace {

constexpr uint64_t kSmallFiles = 256 << 10;  // of a run folder, besides its models

}  // namespace

class Training::Work {
 public:
  Work(TrainArguments& arguments, const OptionTable& table, TrainingUse use)
      : arguments_(arguments),
        use_(std::move(use)),
        console_(arguments.common.console()),
        resumed_(resumed_run(arguments.resume)),
        opened_(open()),
        trainer_(opened_.model, trainer_options(table)),
        front_features_(arguments, console_) {
    check_stages();
    check_parameters();
    if (!dataset_) dataset_ = use_.open_data(arguments.data, picture_use(&opened_.model));
    check_splits();
    warn_of(*dataset_, console_);
    describe_model();
    // A run that is gone on with has its statistics in its model.
    const auto standardizing = resumed_ ? std::nullopt : standardize_options(arguments_.augment);
    if (standardizing) opened_.model.info.standardize = {};
    rules_ = picture_rules(opened_.model, pictures_for(standardizing.has_value()), console_);
    opened_.model.info.preprocessing = to_string(rules_.preprocess);
    opened_.model.info.resize = to_string(rules_.resizing.resize);
    opened_.model.info.interpolation = to_string(rules_.resizing.interpolation);
    classes_ = match_classes(*dataset_, opened_.model);
    if (standardizing) standardize(*standardizing);
    train_ = examples(dataset_->train);
    if (!arguments_.whiten.empty() && !resumed_) {
      whiten(opened_.model, arguments_.whiten, *train_, "--whiten");
      console_.note("{} whitens the pictures' patches and does not train", arguments_.whiten);
    }
    if (const auto options = augment_options(arguments_.augment)) augmented_.emplace(*train_, *options);
    if (!dataset_->validation.empty()) validation_ = examples(dataset_->validation);
    make_callbacks();
    check_memory();
    if (goes_on_) restore_optimizer();
    announce();
    if (resumed_) go_on(table);
    else if (arguments_.find_lr.empty()) create(table);
  }

  // Instead of a run.
  int find_rate() {
    const InterruptGuard guard(trainer_);
    const LearningRateCurve curve = find_learning_rate(trainer_, to_train_on(),
                                                       {.batch_size = arguments_.batch_size,
                                                        .shuffle = arguments_.shuffle == "on",
                                                        .class_weight = class_weight_,
                                                        .sampling_weight = sampling_weight_});
    LearningRatePlot plot = {.title = fmt::format("{} on {}, {}", opened_.stem, dataset_->name, arguments_.optimizer.name),
                             .suggested = curve.steepest};
    Json points = Json::array();
    for (const auto& point : curve.points) {
      plot.points.emplace_back(point.learning_rate, point.loss);
      points.push_back({{"learning_rate", point.learning_rate}, {"loss", point.loss}});
    }
    write_file_atomically(arguments_.find_lr, learning_rate_svg(plot));
    if (arguments_.common.json) {
      const auto known = [](double rate) { return rate > 0 ? Json(rate) : Json(); };
      print_json({{"learning_rate", known(curve.steepest)}, {"lowest", known(curve.lowest)}, {"curve", points}});
    } else if (curve.steepest > 0) {
      print(fmt::format("learning rate  {:.2g}: there the loss falls fastest; it is lowest at {:.2g}\n", curve.steepest, curve.lowest));
      print(fmt::format("curve          {}\n", arguments_.find_lr));
    } else {
      print(fmt::format("the loss falls at no learning rate that was tried; the curve is in {}\n", arguments_.find_lr));
    }
    return InterruptGuard::interrupted() ? static_cast<int>(ErrorKind::interrupted) : 0;
  }

  int run() {
    InterruptGuard guard(trainer_);
    train(guard);
    std::optional<Tested> tested;
    // Who interrupts wants the end, not a report.
    if (!InterruptGuard::interrupted()) tested = test();
    if (tested) write_test_result(recorder_->folder(), tested->result);
    end(tested);
    std::string page;
    if (arguments_.report && !InterruptGuard::interrupted())
      page = write_report({recorder_->folder()}, "", {.common = arguments_.common}, {.quiet = true});
    print_training_result({.folder = recorder_->folder(),
                           .history = history(),
                           .best = recorder_->best(),
                           .seconds = seconds_,
                           .seed = arguments_.common.seed,
                           .tested = tested,
                           .page = page},
                          arguments_.common.json);
    if (!InterruptGuard::interrupted()) return 0;
    console_.note("stopped by Ctrl-C; the weights so far are in {}; fovea train --resume {} goes on",
                  recorder_->file("model.safetensors"), recorder_->folder());
    return static_cast<int>(ErrorKind::interrupted);
  }

  TrainedPart run_part() {
    InterruptGuard guard(trainer_);
    train(guard);
    end(std::nullopt);
    return {history(), seconds_};
  }

 private:
  void train(InterruptGuard& guard) {
    if (resumed_) {
      const TrainingPlace& place = resumed_->checkpoint.place();
      recorder_->events().write("resume", {{"epoch", place.epoch + 1}, {"batch", place.batch}, {"epochs", arguments_.epochs}});
    } else {
      recorder_->events().write("begin", {{"model", opened_.stem},
                                          {"data", dataset_->name},
                                          {"epochs", arguments_.epochs},
                                          {"pictures", train_->size()},
                                          {"seed", arguments_.common.seed}});
    }
    fit(guard);
    save();
  }

  void end(const std::optional<Tested>& tested) {
    Json end = {{"seconds", seconds_}, {"best_epoch", recorder_->best()}};
    if (tested) {
      end["split"] = to_string(tested->split);
      end["test_loss"] = tested->result.loss;
      end["test_accuracy"] = tested->result.accuracy;
    }
    recorder_->events().write(InterruptGuard::interrupted() ? "stop" : "end", end);
  }

  // A run that is gone on with: ours alone, where its last checkpoint stands.
  struct ResumedRun {
    RunLock lock;
    Checkpoint checkpoint;
  };

  static std::optional<ResumedRun> resumed_run(const std::string& run) {
    if (run.empty()) return std::nullopt;
    RunLock lock(run);
    remove_leftovers(run);
    return ResumedRun{std::move(lock), Checkpoint::newest(run + "/checkpoint")};
  }

  OpenedModel open() {
    if (resumed_) return {.model = resumed_->checkpoint.model(), .stem = arguments_.model.model, .trained = true};
    OpenedModel opened = open_model(arguments_.model, arguments_.common.seed, [&](const Model* known) {
      settle_picture_size(arguments_.model, arguments_.data);
      if (!dataset_) dataset_ = use_.open_data(arguments_.data, picture_use(known));
      return ModelSizes::of(*dataset_, arguments_.data.size());
    }, console_);
    if (!arguments_.freeze.empty())
      console_.note("{} layers do not train", freeze(opened.model, arguments_.freeze, "--freeze"));
    return opened;
  }

  // A schedule that leaves its steps to the training.
  void settle_schedule() {
    if (!arguments_.leaves_steps()) return;
    if (!dataset_) dataset_ = use_.open_data(arguments_.data, picture_use(&opened_.model));
    const int64_t a_pass = (dataset_->train.size() + arguments_.batch_size - 1) / arguments_.batch_size;
    const int64_t an_epoch = arguments_.steps_per_epoch > 0 ? arguments_.steps_per_epoch : a_pass;
    const int epochs = use_.schedule_epochs > 0 ? use_.schedule_epochs : arguments_.epochs;
    arguments_.steps = (epochs - arguments_.initial_epoch) * an_epoch;
  }

  // A Keras file's model was in the midst of a training: where nothing else is asked for, it goes on.
  TrainerOptions trainer_options(const OptionTable& table) {
    settle_schedule();
    if (resumed_) return arguments_.trainer(resumed_->checkpoint.place().stage);
    if (opened_.training.compile_config.is_null()) return arguments_.trainer();
    const std::string& file = arguments_.model.model;
    if (!table.given("--optimizer") && !arguments_.says_optimizer()) {
      arguments_.take_optimizer(keras_optimizer(opened_.training, file).value_or(OptimizerOptions{}));
      arguments_.schedule = keras_schedule(opened_.training, file);
      if (!arguments_.schedule.empty()) arguments_.optimizer.learning_rate.reset();
      // With fewer layers that train its state would not fit.
      goes_on_ = !opened_.training.variables.empty() && arguments_.freeze.empty();
    }
    if (arguments_.loss.empty())
      if (const std::optional<Loss> loss = keras_loss(opened_.training)) arguments_.loss = to_string(*loss);
    return arguments_.trainer();
  }

  void restore_optimizer() {
    restore_keras_state(opened_.training, trainer_, arguments_.model.model);
    if (arguments_.schedule.empty()) arguments_.optimizer.learning_rate = trainer_.optimizer().learning_rate();
    console_.note("{}: going on with {} behind step {}, at learning rate {:.3g} (--optimizer begins anew)",
                  arguments_.model.model, arguments_.optimizer.name, trainer_.optimizer().iterations(),
                  trainer_.optimizer().learning_rate());
  }

  PictureUse picture_use(const Model* model) const {
    return {model, choose_resizing(arguments_.pictures, model), arguments_.common.threads};
  }

  std::optional<DataExamples> examples(const Split& split) const {
    return DataExamples(split, rules_, classes_, opened_.model.classes(), dataset_->name);
  }

  // What is wrong with a stage is known before the first one is trained.
  void check_stages() {
    if (resumed_) return;
    std::vector<int> frozen;
    Graph& graph = opened_.model.graph();
    for (int n = 0; n < graph.size(); ++n)
      if (!graph.node(n).layer->trainable()) frozen.push_back(n);
    for (const TrainArguments::Stage& stage : arguments_.stages())
      if (unfreeze(opened_.model, stage.pattern, "--fine-tune") == 0)
        throw usage_error("--fine-tune", "these layers train already (got {})", stage.pattern);
    for (int n : frozen) graph.node(n).layer->set_trainable(false);
  }

  // Standardized pictures are not scaled before, unless that is asked for.
  PictureArguments pictures_for(bool standardized) const {
    PictureArguments pictures = arguments_.pictures;
    if (standardized && pictures.preprocess.empty()) pictures.preprocess = "none";
    return pictures;
  }

  // Finds the statistics of the training pictures, and has the model record them.
  void standardize(const StandardizeOptions& options) {
    auto standardize = std::make_shared<Standardize>(options, opened_.model.input_shape());
    const std::optional<DataExamples> plain = examples(dataset_->train);
    standardize->fit(plain->size(), [&](int64_t i, float* dst) { plain->picture(i, dst); });
    record_standardize(*standardize, opened_.model);
    rules_.standardize = std::move(standardize);
  }

  void check_parameters() const {
    const int64_t parameters = opened_.model.parameters().count(false, opened_.model.graph());
    if (use_.max_parameters > 0 && parameters > use_.max_parameters)
      throw usage_error("--max-parameters", "the model has more (got {}, expected at most {})", parameters, use_.max_parameters);
  }

  void check_splits() const {
    if (dataset_->train.empty()) throw file_error(dataset_->name, "there are no training pictures");
  }

  // What the model's file will say of where it comes from.
  void describe_model() {
    ModelInfo& info = opened_.model.info;
    if (info.class_names.empty() && static_cast<int64_t>(dataset_->class_names.size()) == opened_.model.classes())
      info.class_names = dataset_->class_names;
    info.provenance = {{"program", std::string("fovea ") + kVersion},
                       {"model", arguments_.model.model},
                       {"data", arguments_.data.data},
                       {"data_hash", dataset_->hash},
                       {"epochs", arguments_.epochs},
                       {"batch_size", arguments_.batch_size},
                       {"optimizer", arguments_.optimizer.name},
                       {"loss", to_string(*trainer_.options().loss)},
                       {"label_smoothing", write_field(arguments_.label_smoothing)},
                       {"focal_alpha", write_field(arguments_.focal_alpha)},
                       {"focal_gamma", write_field(arguments_.focal_gamma)},
                       {"focal_balancing", arguments_.focal_balancing},
                       {"seed", arguments_.common.seed}};
  }

  void make_callbacks() {
    if (const auto options = arguments_.early_stopping_options()) callbacks_.push_back(&early_stopping_.emplace(*options));
    if (const auto options = arguments_.reduce_lr_options()) callbacks_.push_back(&reduce_lr_.emplace(*options));
    const std::vector<std::string> figures = arguments_.figures(validation_.has_value());
    const auto check = [&](const char* where, const std::string& monitor) {
      if (std::find(figures.begin(), figures.end(), monitor) != figures.end()) return;
      throw usage_error(where, "this training has no such figure to monitor (got monitor={}, expected {})", monitor,
                        fmt::join(figures, ", "));
    };
    if (early_stopping_) check("--early-stopping", early_stopping_->monitor().figure());
    if (reduce_lr_) check("--reduce-lr", reduce_lr_->monitor().figure());
    check("--checkpoint", arguments_.checkpoint_options(validation_.has_value()).monitor);
    if (!arguments_.class_weight.empty())
      class_weight_ = class_weights(arguments_.class_weight, names_of_classes(opened_.model, *dataset_), *train_, "--class-weight");
    if (!arguments_.weighted_sampling.empty()) weigh_pictures();
  }

  void weigh_pictures() {
    const std::vector<float> weights = class_weights(arguments_.weighted_sampling, names_of_classes(opened_.model, *dataset_),
                                                     *train_, "--weighted-sampling");
    if (std::all_of(weights.begin(), weights.end(), [](float weight) { return weight == 0; }))
      throw usage_error("--weighted-sampling", "leaves no picture to draw (got 0 for all classes)");
    for (int64_t i = 0; i < train_->size(); ++i) sampling_weight_.push_back(weights[static_cast<size_t>(train_->label(i))]);
  }

  const Examples& to_train_on() const {
    if (augmented_) return *augmented_;
    return *train_;
  }

  uint64_t weight_bytes() const {
    return static_cast<uint64_t>(opened_.model.parameters().count(false, opened_.model.graph())) * sizeof(float);
  }

  // Weights, a set of gradients a lane and the optimizer's state: where these do not fit, the system would end the
  // program, or others.
  void check_memory() {
    const double copies = lanes() + static_cast<double>(trainer_.optimizer().slots().size());
    const double trained = static_cast<double>(opened_.model.parameters().count(true, opened_.model.graph())) * sizeof(float);
    const double least = static_cast<double>(weight_bytes()) + trained * copies;
    const double memory = this_machine().memory;
    if (memory > 0 && least > memory)
      throw failed_error(
          "memory",
          "the weights with their gradients and the optimizer's state do not fit (got {}, expected at least {})",
          readable_size(memory), readable_size(least));
  }

  int lanes() { return trainer_.lanes(std::min(arguments_.batch_size, train_->size())); }

  void announce() {
    const int64_t validating = validation_ ? validation_->size() : 0;
    console_.note("{} on {}: {} pictures to train on, {} to validate, {} classes; seed {}, {} threads, {} lanes",
                  opened_.stem, dataset_->name, grouped(train_->size()), grouped(validating), opened_.model.classes(),
                  arguments_.common.seed, trainer_.pool().threads(), lanes());
    const int node = arguments_.find_lr.empty() ? front_features_.node(opened_.model.graph(), augmented_.has_value()) : 0;
    const ModelCost cost = trainer_.cost(std::min(arguments_.batch_size, train_->size()), node);
    console_.note("{} parameters; {} a picture forward, {} in training; {} of memory besides the pictures",
                  grouped(opened_.model.parameters().count(false, opened_.model.graph())), readable_flops(cost.forward_flops),
                  readable_flops(cost.training_flops), megabytes(static_cast<double>(cost.training_bytes())));
    if (augmented_) console_.note("augmenting: {}", to_string(augmented_->options()));
    if (arguments_.data.validation == "test")
      console_.note("validating on the test split: figures that are chosen by it are optimistic");
    if (arguments_.batch_size > train_->size())
      console_.note("a batch of {} is more than there are pictures: an epoch is one step of {}", arguments_.batch_size,
                    train_->size());
  }

  // Enough to repeat the run; the folder has its name.
  std::string config(const OptionTable& table) {
    Json config = table.config_json();
    config.erase("name");
    config["lanes"] = lanes();
    return to_toml(config);
  }

  void create(const OptionTable& table) {
    trainer_.go_on_from({.epoch = arguments_.initial_epoch, .epochs = arguments_.epochs});
    // The end's model, the best one, and three checkpoints: two are kept while one is written.
    const uint64_t sets = 2 + 3 * (1 + trainer_.optimizer().slots().size() + (early_stopping_ ? 1 : 0));
    const std::string folder = create_run_folder(
        {.runs = arguments_.runs,
         .kind = use_.kind,
         .name = arguments_.name,
         .stem = folder_stem(opened_.stem) + "-" + folder_stem(dataset_->name),
         .files = {{"config.toml", config(table)},
                   {"environment.json", environment_json(arguments_, *dataset_, lanes())},
                   {"history.csv", history_csv({})}},
         .fill = [&](const std::string& path) { save_checkpoint(path + "/checkpoint", checkpoint_image(trainer_, callbacks_)); },
         .space = sets * weight_bytes() + kSmallFiles});
    lock_.emplace(folder);
    record(folder);
  }

  void go_on(const OptionTable& table) {
    const std::string& folder = arguments_.resume;
    const TrainingPlace& place = resumed_->checkpoint.place();
    if (place.stage == 0 && arguments_.epochs < place.epoch)
      throw usage_error("--epochs", "the run is further than that (got {}, expected at least {})", arguments_.epochs, place.epoch);
    if (const std::string& damage = resumed_->checkpoint.passed_over(); !damage.empty())
      console_.note("{}; going on from the checkpoint before it", damage);
    for (const std::string& difference : environment_differences(folder, arguments_, *dataset_, lanes()))
      console_.note("the run began with another {}: its figures may differ from those of an uninterrupted run", difference);
    record(folder);
    resumed_->checkpoint.restore(trainer_, recorder_->remembering());
    if (arguments_.extends && place.stage > 0)
      throw usage_error("--epochs", "the run is at fine-tuning, behind its own epochs (got {})", arguments_.epochs);
    const bool further = place.epochs > 0 ? arguments_.epochs > place.epochs : arguments_.extends;
    if (early_stopping_ && place.stage == 0 && further) early_stopping_->wait_anew();
    write_file_atomically(folder + "/config.toml", config(table));
    console_.note("going on with {} in epoch {}, behind batch {}", folder, place.epoch + 1, place.batch);
  }

  void record(const std::string& folder) {
    recorder_.emplace(RunRecorderOptions{.folder = folder,
                                         .best = arguments_.checkpoint_options(validation_.has_value()),
                                         .callbacks = callbacks_,
                                         .tensorboard = arguments_.tensorboard,
                                         .warn = [this](const std::string& trouble) {
                                           console_.note("{}; the training goes on without", trouble);
                                         }});
  }

  void fit(InterruptGuard& guard) {
    Progress progress(console_, arguments_.all_epochs());
    FitOptions options = {.epochs = arguments_.epochs,
                          .initial_epoch = arguments_.initial_epoch,
                          .batch_size = arguments_.batch_size,
                          .steps_per_epoch = arguments_.steps_per_epoch,
                          .shuffle = arguments_.shuffle == "on",
                          .validation_batch_size = arguments_.validation_batch_size,
                          .validation_freq = arguments_.validation_freq,
                          .exact_train_metrics = arguments_.exact_train_metrics,
                          .callbacks = {&guard},
                          .class_weight = class_weight_,
                          .sampling_weight = sampling_weight_};
    options.callbacks.insert(options.callbacks.end(), callbacks_.begin(), callbacks_.end());
    options.callbacks.push_back(&*recorder_);
    options.callbacks.push_back(&progress);
    options.callbacks.insert(options.callbacks.end(), use_.callbacks.begin(), use_.callbacks.end());
    const auto begin = std::chrono::steady_clock::now();
    const std::vector<TrainArguments::Stage> stages = arguments_.stages();
    try {
      while (true) {
        const TrainingPlace& place = trainer_.place();
        if (place.stage > 0) options.epochs = place.stage_epoch + stages[static_cast<size_t>(place.stage) - 1].epochs;
        keep_features();
        if (InterruptGuard::interrupted()) break;
        options.validation = front_features_.validation();
        if (options.validation == nullptr && validation_) options.validation = &*validation_;
        trainer_.fit(front_features_.train() != nullptr ? *front_features_.train() : to_train_on(), options);
        if (InterruptGuard::interrupted() || place.stage == static_cast<int>(stages.size())) break;
        begin_stage(place.stage + 1, stages[static_cast<size_t>(place.stage)]);
      }
    } catch (const Error& error) {
      keep_what_there_is(error);
      throw;
    }
    seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (early_stopping_ && early_stopping_->stopped_epoch())
      console_.note("stopped early behind epoch {}", *early_stopping_->stopped_epoch() + 1);
    if (early_stopping_ && early_stopping_->restored_epoch())
      console_.note("the weights are those of epoch {}, the best", *early_stopping_->restored_epoch() + 1);
  }

  // More layers train from here on, by an optimizer without a past.
  void begin_stage(int number, const TrainArguments::Stage& stage) {
    Model& model = opened_.model;
    const int layers = unfreeze(model, stage.pattern, "--fine-tune");
    TrainingPlace place = trainer_.place();
    place.stage = number;
    place.stage_epoch = place.epoch;
    trainer_.compile(arguments_.optimizer_of(number));
    trainer_.go_on_from(std::move(place));
    if (early_stopping_) early_stopping_->wait_anew();
    console_.note("fine-tuning {}: {} layers more train, for {} epochs at learning rate {:g}", stage.pattern, layers, stage.epochs,
                  stage.learning_rate);
    int norms = 0;
    for (const Node& node : model.graph().nodes())
      norms += node.layer->type() == "BatchNormalization" && node.layer->trainable() && node.nested >= 0 ? 1 : 0;
    if (norms > 0)
      console_.note("{} batch normalisations of the base train too: they use and change statistics of batches of {}, which often undoes what the "
                    "base has learnt; a pattern such as *conv* leaves them frozen",
                    norms, arguments_.batch_size);
    recorder_->tell("fine_tune", {{"pattern", stage.pattern},
                                  {"epochs", stage.epochs},
                                  {"learning_rate", stage.learning_rate}});
  }

  // Of the frozen front, for the stage that begins.
  void keep_features() {
    front_features_.keep(opened_.model, trainer_,
                         {.train = &*train_,
                          .augmented = augmented_ ? &*augmented_ : nullptr,
                          .validation = validation_ ? &*validation_ : nullptr,
                          .data = dataset_->hash + " " + dataset_->cut,
                          .rules = rules_});
  }

  // After a failure: the last good weights and the reason, as far as the disk still takes them.
  void keep_what_there_is(const Error& error) {
    try {
      save_model(opened_.model, recorder_->file("model.safetensors"));
      write_history_plot(recorder_->folder(), title(), history(), recorder_->best());
      recorder_->events().write("fail", {{"error", error.what()}});
      if (error.kind() == ErrorKind::failed)
        console_.note("the last good weights are in {}", recorder_->file("model.safetensors"));
    } catch (const Error&) {
      // The first error is the one to tell.
    }
  }

  void save() {
    save_model(opened_.model, recorder_->file("model.safetensors"));
    if (!arguments_.save.empty()) write_model_file(opened_.model, arguments_.save, keras_training_of(trainer_, arguments_.save));
    write_history_plot(recorder_->folder(), title(), history(), recorder_->best());
  }

  std::optional<Tested> test() {
    const auto names = names_of_classes(opened_.model, *dataset_);
    const bool validated_on_test = arguments_.data.validation == "test";
    const bool by_validation = dataset_->test.empty() || validated_on_test;
    if (by_validation && !validation_) return std::nullopt;
    // The weights of the end are saved: those of the best epoch may take their place.
    if (recorder_->best() != 0) load_weights(opened_.model, recorder_->file("best.safetensors"));
    const SplitKind split = by_validation && !validated_on_test ? SplitKind::validation : SplitKind::test;
    const auto pictures = by_validation ? validation_ : examples(dataset_->test);
    return Tested{split, test_result(trainer_.evaluate(*pictures, arguments_.batch_size), names)};
  }

  const History& history() const { return trainer_.place().history; }
  std::string title() const { return recorder_->folder().substr(recorder_->folder().rfind('/') + 1); }

  TrainArguments& arguments_;
  TrainingUse use_;
  Console console_;
  std::optional<Dataset> dataset_;
  std::optional<ResumedRun> resumed_;
  std::optional<RunLock> lock_;
  OpenedModel opened_;
  bool goes_on_ = false;  // with the optimizer of a Keras file
  Trainer trainer_;
  PictureRules rules_;
  std::vector<int32_t> classes_;
  std::optional<DataExamples> train_, validation_;
  std::optional<AugmentedExamples> augmented_;  // of train_
  FrontFeatures front_features_;
  std::optional<EarlyStopping> early_stopping_;
  std::optional<ReduceLROnPlateau> reduce_lr_;
  std::vector<Callback*> callbacks_;
  std::vector<float> class_weight_, sampling_weight_;
  std::optional<RunRecorder> recorder_;
  double seconds_ = 0;
};

Training::Training(TrainArguments& arguments, const OptionTable& table, TrainingUse use)
    : work_(std::make_unique<Work>(arguments, table, std::move(use))) {}

Training::~Training() = default;

int Training::run() { return work_->run(); }

int Training::find_rate() { return work_->find_rate(); }

TrainedPart Training::run_part() { return work_->run_part(); }

void read_resumed(TrainArguments& arguments, OptionTable& table) {
  const std::vector<std::string> allowed = {"--resume", "--epochs", "--data", "--cache", "--threads", "--save", "--json", "--quiet", "--verbose"};
  for (const std::string& name : table.all_given())
    if (std::find(allowed.begin(), allowed.end(), name) == allowed.end())
      throw usage_error(name, "does not go with --resume: the run has its own");
  arguments.extends = table.given("--epochs");
  while (arguments.resume.size() > 1 && arguments.resume.ends_with('/')) arguments.resume.pop_back();
  if (!folder_exists(arguments.resume)) throw file_error(arguments.resume, "there is no such run folder");
  table.read_config(arguments.resume + "/config.toml");
}

}  // namespace fovea::app
