#include "fovea/train/trainer.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>

#include "fovea/base/random.h"
#include "fovea/model/front.h"

namespace fovea {
namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

struct SampleWeights {
  std::span<const float> by_class = {}, by_picture = {};

  bool any() const { return !by_class.empty() || !by_picture.empty(); }
  float of(uint32_t picture, int32_t label) const {
    return by_class.empty() ? by_picture[picture] : by_class[static_cast<size_t>(label)];
  }
};

// Examples in a given order, from a place in it on, for a model with so many outputs; with the draw of the first in training.
class OrderedFeed final : public kernels::Feed {
 public:
  OrderedFeed(const Examples& examples, const uint32_t* order, int64_t outputs, SampleWeights weights = {},
              std::optional<Draw> first = {})
      : examples_(examples),
        order_(order),
        picture_(examples.shape().elements()),
        outputs_(outputs),
        weights_(weights),
        first_(first) {}

  int32_t label(int64_t row) const {
    return first_ ? examples_.drawn_label(order_[row], first_->behind(row)) : examples_.label(order_[row]);
  }

  void pictures(int64_t first, int64_t rows, float* dst) const override {
    const auto begin = std::chrono::steady_clock::now();
    for (int64_t i = 0; i < rows; ++i, ++first, dst += picture_)
      if (first_) examples_.drawn_picture(order_[first], first_->behind(first), dst);
      else examples_.picture(order_[first], dst);
    nanoseconds_.fetch_add((std::chrono::steady_clock::now() - begin) / std::chrono::nanoseconds(1), std::memory_order_relaxed);
  }
  void targets(int64_t first, int64_t rows, float* dst) const override {
    for (int64_t i = 0; i < rows; ++i) {
      // Of two classes behind one output the target is the second's.
      if (outputs_ == 1) {
        float both[2];
        target(first + i, both);
        dst[i] = both[1];
      } else {
        target(first + i, dst + i * outputs_);
      }
    }
  }
  // What the pictures took, of all threads together.
  double seconds() const { return 1e-9 * static_cast<double>(nanoseconds_.load(std::memory_order_relaxed)); }
  void sample_weights(int64_t first, int64_t rows, float* dst) const override {
    for (int64_t i = 0; i < rows; ++i) dst[i] = weights_.of(order_[first + i], label(first + i));
  }

 private:
  void target(int64_t row, float* dst) const {
    if (first_) examples_.drawn_target(order_[row], first_->behind(row), dst);
    else examples_.target(order_[row], dst);
  }

  const Examples& examples_;
  const uint32_t* order_;
  int64_t picture_, outputs_;
  SampleWeights weights_;
  std::optional<Draw> first_;
  mutable std::atomic<int64_t> nanoseconds_ = 0;
};

// The class of a row of outputs: the largest, the first of a tie; of one output, the second where it is above 0.5.
int64_t predicted_class(const float* values, int64_t outputs) {
  if (outputs == 1) return values[0] > 0.5f ? 1 : 0;
  return std::max_element(values, values + outputs) - values;
}

// Some of the pictures, from one on.
class Part final : public Examples {
 public:
  Part(const Examples& whole, int64_t first, int64_t size) : whole_(whole), first_(first), size_(size) {}

  int64_t size() const override { return size_; }
  const Shape& shape() const override { return whole_.shape(); }
  int64_t classes() const override { return whole_.classes(); }
  int32_t label(int64_t i) const override { return whole_.label(first_ + i); }
  void picture(int64_t i, float* dst) const override { whole_.picture(first_ + i, dst); }
  void target(int64_t i, float* dst) const override { whole_.target(first_ + i, dst); }
  void drawn_picture(int64_t i, const Draw& draw, float* dst) const override { whole_.drawn_picture(first_ + i, draw, dst); }
  void drawn_target(int64_t i, const Draw& draw, float* dst) const override { whole_.drawn_target(first_ + i, draw, dst); }
  int32_t drawn_label(int64_t i, const Draw& draw) const override { return whole_.drawn_label(first_ + i, draw); }
  int node() const override { return whole_.node(); }
  void expect(int64_t i) const override { whole_.expect(first_ + i); }
  void expect_drawn(int64_t i, const Draw& draw) const override { whole_.expect_drawn(first_ + i, draw); }

 private:
  const Examples& whole_;
  int64_t first_, size_;
};

void check_weights(const FitOptions& options, const Examples& examples) {
  const auto check = [](const char* where, const std::vector<float>& weights, int64_t count) {
    if (!weights.empty() && static_cast<int64_t>(weights.size()) != count)
      throw usage_error(where, "there must be one each (got {}, expected {})", weights.size(), count);
    for (const float weight : weights)
      if (!(weight >= 0) || std::isinf(weight)) throw usage_error(where, "must be at least 0 and finite (got {})", weight);
  };
  check("class weights", options.class_weight, examples.classes());
  check("sample weights", options.sample_weight, examples.size());
  if (!options.class_weight.empty() && !options.sample_weight.empty())
    throw usage_error("class weights", "do not go with sample weights (got both, expected one)");
  check("sampling weights", options.sampling_weight, examples.size());
  if (options.sampling_weight.empty()) return;
  if (!options.shuffle) throw usage_error("sampling weights", "do not go with pictures in their order (got shuffle off)");
  if (std::all_of(options.sampling_weight.begin(), options.sampling_weight.end(), [](float weight) { return weight == 0; }))
    throw usage_error("sampling weights", "leave no picture to draw (got 0 for all)");
}

std::vector<uint32_t> in_order(int64_t n) {
  std::vector<uint32_t> order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), 0u);
  return order;
}

}  // namespace

Trainer::Trainer(Model& model, TrainerOptions options)
    : model_(model),
      options_(std::move(options)),
      pool_(options_.threads > 0 ? options_.threads : available_cores()),
      optimizer_(options_.optimizer) {
  const int64_t outputs = model_.outputs();
  if (!options_.loss) options_.loss = kernels::usual_loss(outputs);
  const Loss loss = *options_.loss;
  if (outputs == 1 && loss != Loss::mean_squared_error && loss != Loss::mean_absolute_error &&
      kernels::fused_activation(loss) != kernels::FusedActivation::sigmoid)
    throw usage_error("loss", "a model with one output tells two classes apart (got {}, expected binary_crossentropy)",
                      to_string(loss));
  if (options_.label_smoothing != 0 && !kernels::smooths_labels(loss))
    throw usage_error("label smoothing", "does not go with this loss (got {} with {}, expected 0)", options_.label_smoothing,
                      to_string(loss));
  metrics_ = Metrics(options_.metrics, outputs, "metrics");
  model_.parameters().book_slots(model_.graph(), optimizer_.slots());
}

void Trainer::compile(const OptimizerOptions& optimizer) {
  optimizer_ = Optimizer(optimizer);
  options_.optimizer = optimizer;
  train_.reset();
  evaluation_.reset();
  model_.parameters().book_slots(model_.graph(), optimizer_.slots());
}

PlanOptions::Loss Trainer::loss() const {
  return {.rule = {.kind = *options_.loss,
                   .label_smoothing = options_.label_smoothing,
                   .alpha = options_.focal_alpha,
                   .gamma = options_.focal_gamma,
                   .class_balancing = options_.focal_balancing}};
}

Runner& Trainer::train_runner(int64_t batch_size, int node, bool weighted) {
  const auto serves = [&](const PlanOptions& plan) {
    return plan.batch == batch_size && plan.first == node && plan.loss->sample_weights == weighted;
  };
  if (!train_ || !serves(train_->options())) {
    PlanOptions plan = {.batch = batch_size, .lanes = options_.lanes, .tile = options_.tile, .training = true, .gradients = true,
                        .first = node, .winograd = options_.winograd};
    plan.loss = loss();
    plan.loss->sample_weights = weighted;
    plan.update = &optimizer_;
    train_.reset();
    train_ = std::make_unique<Runner>(model_, pool_, plan);
  }
  return *train_;
}

Runner& Trainer::evaluation_runner(int64_t batch_size, int node) {
  if (!evaluation_ || evaluation_->options().batch != batch_size || evaluation_->options().first != node) {
    PlanOptions plan = {.batch = batch_size, .lanes = options_.lanes, .tile = options_.tile, .first = node, .winograd = options_.winograd};
    plan.loss = loss();
    evaluation_.reset();
    evaluation_ = std::make_unique<Runner>(model_, pool_, plan);
  }
  return *evaluation_;
}

int Trainer::lanes(int64_t batch_size) {
  return options_.lanes > 0 ? static_cast<int>(std::min<int64_t>(options_.lanes, batch_size))
                            : default_lanes(batch_size);
}

ModelCost Trainer::cost(int64_t batch_size, int node) {
  return cost_of(model_, train_runner(batch_size, node).plan(batch_size), batch_size, optimizer_.slots().size());
}

void Trainer::check(const Examples& examples) const {
  const int node = examples.node();
  if (node < 0 || node >= model_.graph().size() || (node > 0 && node > frozen_front(model_.graph())))
    throw usage_error("data", "are features of a layer that is in no frozen front (got node {})", node);
  if (const Shape& wanted = model_.graph().node(node).shape; !(examples.shape() == wanted))
    throw usage_error("data", "the {} shape does not fit the model (got {}, expected {})", node == 0 ? "pictures'" : "features'",
                      to_string(examples.shape()), to_string(wanted));
  if (examples.classes() != model_.classes() || model_.graph().output_shape().rank() != 1)
    throw usage_error("data", "the number of classes does not fit the model's output {} (got {} classes)",
                      to_string(model_.graph().output_shape(), true), examples.classes());
  if (examples.size() == 0) throw usage_error("data", "there are no pictures (got 0, expected at least 1)");
}

// A fused ReLU may turn a NaN into 0, so that one in a weight reaches neither the loss nor a gradient.
void Trainer::check_parameters() const {
  for (int p = 0; p < model_.parameters().size(); ++p) {
    const Array array = model_.parameters().get(p);
    for (const float value : array.values<float>())
      if (!std::isfinite(value))
        throw failed_error("training", "a weight is not finite before step {} (got {}); the first number that is not: {}",
                           optimizer_.iterations() + 1, value, model_.parameters()[p].path);
  }
}

const Plan& Trainer::step(Runner& runner, const kernels::Feed& feed, int64_t rows, int epoch, int64_t position, double& sum) {
  const kernels::RunContext context = {.feed = &feed, .seed = options_.seed, .epoch = epoch, .position = position};
  optimizer_.begin_step();
  Plan& plan = runner.compute(rows, context);
  double loss = 0, squares = 0, penalty = 0;
  for (int64_t i = 0; i < rows; ++i) loss += static_cast<double>(plan.losses[static_cast<size_t>(i)]);
  for (const auto& gradient : plan.parameter_gradients) {
    squares = std::accumulate(gradient->squares.begin(), gradient->squares.end(), squares);
    penalty = std::accumulate(gradient->penalties.begin(), gradient->penalties.end(), penalty);
  }
  loss += penalty * static_cast<double>(rows);
  if (!std::isfinite(loss) || !std::isfinite(squares)) {
    const std::string tensor = runner.find_not_finite(rows, context);
    const double bad = std::isfinite(loss) ? squares : loss;
    throw failed_error("training",
                       "{} is not finite at step {}, in epoch {} (got {}); the first number that is not: {}",
                       std::isfinite(loss) ? "a gradient" : "the loss", optimizer_.iterations() + 1, epoch + 1,
                       std::isnan(bad) ? "nan"
                       : bad < 0       ? "-inf"
                                       : "inf",
                       tensor.empty() ? "a sum over the batch" : tensor);
  }
  optimizer_.commit(plan);
  runner.update(plan, context);
  sum += loss;
  return plan;
}

// The epochs of one fit: begin, epoch, batch, step, validate, end.
class Trainer::Epochs {
 public:
  Epochs(Trainer& trainer, const Examples& examples, const FitOptions& options)
      : trainer_(trainer),
        examples_(examples),
        options_(options),
        place_(trainer.place_),
        weights_{options.class_weight, options.sample_weight},
        batch_(std::min(options.batch_size, examples.size())),
        of_pass_((examples.size() + batch_ - 1) / batch_),
        batches_(options.steps_per_epoch > 0 ? options.steps_per_epoch : of_pass_) {
    if (!trainer.goes_on_) place_ = {.epoch = options.initial_epoch};
    trainer.goes_on_ = false;
    place_.epochs = options.epochs;
    if (place_.metrics.size() != trainer.metrics_.sums().size()) {
      if (place_.batch > 0)
        throw usage_error("training", "cannot go on in the middle of an epoch with other metrics (got {} sums, expected {})",
                          trainer.metrics_.sums().size(), place_.metrics.size());
      place_.metrics = trainer.metrics_.sums();
    }
    if (place_.batch > 0 && (place_.pictures != examples.size() || place_.batch_size != batch_))
      throw usage_error("training", "cannot go on in the middle of an epoch of other batches (got {} pictures by {}, expected {} by {})",
                        examples.size(), batch_, place_.pictures, place_.batch_size);
    place_.pictures = examples.size();
    place_.batch_size = batch_;
    runner_ = &trainer.train_runner(batch_, examples.node(), weights_.any());
  }

  void run() {
    tell([&](Callback& c) { c.on_train_begin(trainer_); });
    try {
      while (place_.epoch < options_.epochs && !trainer_.stop_) epoch();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::failed || !is_taken(error)) throw;
    }
    trainer_.optimizer_.finish(trainer_.model_.graph(), trainer_.model_.parameters());
    tell([&](Callback& c) { c.on_train_end(trainer_); });
  }

 private:
  template <class Event>
  void tell(Event event) {
    for (Callback* callback : options_.callbacks) event(*callback);
  }

  bool is_taken(const Error& error) {
    bool taken = false;
    tell([&](Callback& c) { taken = c.on_not_finite(trainer_, error) || taken; });
    return taken;
  }

  void epoch() {
    const double begin = now();
    tell([&](Callback& c) { c.on_epoch_begin(trainer_, place_.epoch); });
    while (place_.batch < batches_ && !trainer_.stop_) batch();
    if (trainer_.stop_) return tell([&](Callback& c) { c.on_epoch_break(trainer_); });
    EpochLogs logs = {.epoch = place_.epoch,
                      .loss = mean_loss(),
                      .accuracy = accuracy(),
                      .metrics = trainer_.metrics_.figures(place_.metrics),
                      .validates = options_.validation != nullptr,
                      .has_exact = options_.exact_train_metrics,
                      .learning_rate = trainer_.optimizer_.learning_rate(),
                      .step_seconds = place_.step_seconds,
                      .pictures_per_second = static_cast<double>(place_.rows) / std::max(place_.step_seconds, 1e-9),
                      .input_share = place_.input_seconds / std::max(place_.step_seconds * trainer_.pool_.threads(), 1e-9)};
    const bool evaluates = (place_.epoch + 1) % options_.validation_freq == 0;
    if (evaluates && options_.validation != nullptr) validate(logs);
    if (evaluates && options_.exact_train_metrics) evaluate_training(logs);
    logs.seconds = now() - begin;
    place_.history.push_back(logs);
    place_ = {.epoch = place_.epoch + 1,
              .epochs = place_.epochs,
              .metrics = trainer_.metrics_.sums(),
              .pictures = place_.pictures,
              .batch_size = batch_,
              .stage = place_.stage,
              .stage_epoch = place_.stage_epoch,
              .history = std::move(place_.history)};
    tell([&](Callback& c) { c.on_epoch_end(trainer_, logs); });
  }

  void batch() {
    tell([&](Callback& c) { c.on_batch_begin(trainer_, place_.epoch, place_.batch); });
    const double begin = now();
    const int64_t before = place_.epoch * batches_ + place_.batch, first = before % of_pass_ * batch_;
    const int64_t rows = std::min(batch_, examples_.size() - first), outputs = trainer_.model_.outputs();
    const int64_t position = place_.batch * batch_;  // in the epoch
    const Draw draw = {trainer_.options_.seed, static_cast<uint64_t>(place_.epoch), static_cast<uint64_t>(position)};
    const uint32_t* const order = order_of(before / of_pass_);
    // What the next batch reads is fetched while this one is computed.
    if (expected_ != before) expect(order, first, draw);
    expect(order, first + batch_, draw.behind(batch_));
    expected_ = first + batch_ < examples_.size() ? before + 1 : -1;
    const OrderedFeed feed(examples_, order + first, outputs, weights_, draw);
    const Plan& plan = trainer_.step(*runner_, feed, rows, place_.epoch, position, place_.loss);
    for (int64_t i = 0; i < rows; ++i) {
      const float* row = plan.output.data() + i * outputs;
      const int32_t label = feed.label(i);
      place_.correct += predicted_class(row, outputs) == label;
      trainer_.metrics_.add(place_.metrics, row, label);
    }
    place_.rows += rows;
    place_.batch += 1;
    place_.step_seconds += now() - begin;
    place_.input_seconds += feed.seconds();
    const BatchLogs logs = {place_.epoch, place_.batch, batches_, place_.rows, mean_loss(), accuracy()};
    tell([&](Callback& c) { c.on_batch_end(trainer_, logs); });
  }

  void expect(const uint32_t* order, int64_t first, const Draw& draw) const {
    const int64_t rows = std::min(batch_, examples_.size() - first);
    for (int64_t i = 0; i < rows; ++i) examples_.expect_drawn(order[first + i], draw.behind(i));
  }

  // The pictures in the order of a pass.
  const uint32_t* order_of(int64_t pass) {
    if (pass == pass_) return order_.data();
    const auto number = static_cast<uint64_t>(pass);
    const auto n = static_cast<uint32_t>(examples_.size());
    const uint64_t seed = trainer_.options_.seed;
    order_ = !options_.sampling_weight.empty() ? weighted_draws(options_.sampling_weight, seed, purpose::kWeighted, number)
             : options_.shuffle               ? permutation(n, seed, purpose::kShuffle, number)
                                              : in_order(n);
    pass_ = pass;
    return order_.data();
  }

  int64_t evaluation_batch() const {
    return options_.validation_batch_size > 0 ? options_.validation_batch_size : options_.batch_size;
  }

  void validate(EpochLogs& logs) {
    Evaluation validation = trainer_.evaluate(*options_.validation, evaluation_batch());
    logs.val_loss = validation.loss;
    logs.val_accuracy = validation.accuracy;
    logs.val_metrics = std::move(validation.metrics);
  }

  void evaluate_training(EpochLogs& logs) {
    const Evaluation training = trainer_.evaluate(examples_, evaluation_batch());
    logs.exact = {{"loss", training.loss}, {"accuracy", training.accuracy}};
    logs.exact.insert(logs.exact.end(), training.metrics.begin(), training.metrics.end());
  }

  double mean_loss() const { return place_.loss / static_cast<double>(place_.rows); }
  double accuracy() const { return static_cast<double>(place_.correct) / static_cast<double>(place_.rows); }

  Trainer& trainer_;
  const Examples& examples_;
  const FitOptions& options_;
  TrainingPlace& place_;
  SampleWeights weights_;
  int64_t batch_, of_pass_, batches_;  // pictures of a batch, batches of a pass and of an epoch
  std::vector<uint32_t> order_;
  int64_t pass_ = -1;  // whose order that is
  int64_t expected_ = -1;  // the batch, counted over all epochs, that was expected last
  Runner* runner_ = nullptr;
};

History Trainer::fit(const Examples& examples, const FitOptions& options) {
  if (options.validation_split != 0) return fit_part(examples, options);
  check(examples);
  if (options.validation != nullptr) check(*options.validation);
  if (options.epochs < 1) throw usage_error("epochs", "must be at least 1 (got {})", options.epochs);
  if (options.batch_size < 1) throw usage_error("batch size", "must be at least 1 (got {})", options.batch_size);
  if (options.steps_per_epoch < 0)
    throw usage_error("steps per epoch", "must be at least 0 (got {})", options.steps_per_epoch);
  if (options.validation_freq < 1)
    throw usage_error("validation frequency", "must be at least 1 (got {})", options.validation_freq);
  check_weights(options, examples);
  check_parameters();
  stop_ = false;
  Epochs(*this, examples, options).run();
  return place_.history;
}

// The last pictures validate, the others train.
History Trainer::fit_part(const Examples& examples, FitOptions options) {
  const double share = std::exchange(options.validation_split, 0);
  if (!(share > 0 && share < 1)) throw usage_error("validation split", "must be above 0 and below 1 (got {})", share);
  if (options.validation != nullptr)
    throw usage_error("validation split", "does not go with pictures to validate (got both, expected one)");
  const auto train = static_cast<int64_t>(std::floor(static_cast<double>(examples.size()) * (1 - share)));
  if (train < 1 || train == examples.size())
    throw usage_error("validation split", "leaves no pictures on one side (got {} of {} pictures)", share, examples.size());
  check_weights(options, examples);
  for (std::vector<float>* weights : {&options.sample_weight, &options.sampling_weight})
    if (!weights->empty()) weights->resize(static_cast<size_t>(train));
  const Part first(examples, 0, train), last(examples, train, examples.size() - train);
  options.validation = &last;
  return fit(first, options);
}

Evaluation Trainer::evaluate(const Examples& examples, int64_t batch_size) {
  check(examples);
  if (batch_size < 1) throw usage_error("batch size", "must be at least 1 (got {})", batch_size);
  const double begin = now();
  const int64_t n = examples.size(), classes = examples.classes(), outputs = model_.outputs(), batch = std::min(batch_size, n);
  Runner& runner = evaluation_runner(batch, examples.node());
  const auto order = in_order(n);
  Evaluation result;
  result.probabilities.resize(static_cast<size_t>(n * classes));
  result.labels.resize(static_cast<size_t>(n));
  std::vector<double> metrics = metrics_.sums();
  double loss = 0;
  int64_t correct = 0, top5 = 0;
  for (int64_t position = 0; position < n; position += batch) {
    const int64_t rows = std::min(batch, n - position);
    for (int64_t i = position + (position == 0 ? 0 : batch); i < std::min(position + 2 * batch, n); ++i) examples.expect(i);
    const OrderedFeed feed(examples, order.data() + position, outputs);
    const Plan& plan = runner.compute(rows, {.feed = &feed, .seed = options_.seed});
    for (int64_t i = 0; i < rows; ++i) {
      float* row = result.probabilities.data() + (position + i) * classes;
      model_.class_probabilities(plan.output.data() + i * outputs, row);
      const int32_t label = examples.label(position + i);
      loss += static_cast<double>(plan.losses[static_cast<size_t>(i)]);
      correct += predicted_class(row, classes) == label;
      top5 += in_top_k(row, classes, label, 5);
      metrics_.add(metrics, plan.output.data() + i * outputs, label);
      result.labels[static_cast<size_t>(position + i)] = label;
    }
  }
  result.loss = loss / static_cast<double>(n) + model_.parameters().penalty(model_.graph());
  result.accuracy = static_cast<double>(correct) / static_cast<double>(n);
  result.top5 = static_cast<double>(top5) / static_cast<double>(n);
  result.metrics = metrics_.figures(metrics);
  result.seconds = now() - begin;
  return result;
}

double Trainer::train_on_batch(const Examples& examples) {
  check(examples);
  check_parameters();
  const auto order = in_order(examples.size());
  const OrderedFeed feed(examples, order.data(), model_.outputs());
  double loss = 0;
  step(train_runner(examples.size(), examples.node()), feed, examples.size(), 0, 0, loss);
  return loss / static_cast<double>(examples.size());
}

}  // namespace fovea
