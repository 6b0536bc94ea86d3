#include "fovea/train/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "fovea/base/random.h"

namespace fovea {
namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// Examples in a given order, from a place in it on, for a model with so many outputs.
class OrderedFeed final : public kernels::Feed {
 public:
  OrderedFeed(const Examples& examples, const uint32_t* order, int64_t outputs)
      : examples_(examples), order_(order), picture_(examples.shape().elements()), outputs_(outputs) {}

  void pictures(int64_t first, int64_t rows, float* dst) const override {
    for (int64_t i = 0; i < rows; ++i) examples_.picture(order_[first + i], dst + i * picture_);
  }
  void targets(int64_t first, int64_t rows, float* dst) const override {
    for (int64_t i = 0; i < rows; ++i) {
      // Of two classes behind one output the target is the second's.
      if (outputs_ == 1) {
        float both[2];
        examples_.target(order_[first + i], both);
        dst[i] = both[1];
      } else {
        examples_.target(order_[first + i], dst + i * outputs_);
      }
    }
  }

 private:
  const Examples& examples_;
  const uint32_t* order_;
  int64_t picture_, outputs_;
};

// The class of a row of outputs: the largest, the first of a tie; of one output, the second where it is above 0.5.
int64_t predicted_class(const float* values, int64_t outputs) {
  if (outputs == 1) return values[0] > 0.5f ? 1 : 0;
  return std::max_element(values, values + outputs) - values;
}

// Whether fewer than five classes come before `label`, by probability, then by index.
bool in_top5(const float* values, int64_t count, int64_t label) {
  int64_t before = 0;
  for (int64_t c = 0; c < count; ++c) before += values[c] > values[label] || (values[c] == values[label] && c < label);
  return before < 5;
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
  model_.parameters().book_slots(optimizer_.slots());
}

PlanOptions::Loss Trainer::loss() const {
  return {.rule = {.kind = *options_.loss,
                   .label_smoothing = options_.label_smoothing,
                   .alpha = options_.focal_alpha,
                   .gamma = options_.focal_gamma,
                   .class_balancing = options_.focal_balancing}};
}

Runner& Trainer::train_runner(int64_t batch_size) {
  if (!train_ || train_->options().batch != batch_size) {
    PlanOptions plan = {.batch = batch_size, .lanes = options_.lanes, .tile = options_.tile, .training = true, .gradients = true,
                        .winograd = options_.winograd};
    plan.loss = loss();
    plan.update = &optimizer_;
    train_ = std::make_unique<Runner>(model_, pool_, plan);
  }
  return *train_;
}

Runner& Trainer::evaluation_runner(int64_t batch_size) {
  if (!evaluation_ || evaluation_->options().batch != batch_size) {
    PlanOptions plan = {.batch = batch_size, .lanes = options_.lanes, .tile = options_.tile, .winograd = options_.winograd};
    plan.loss = loss();
    evaluation_ = std::make_unique<Runner>(model_, pool_, plan);
  }
  return *evaluation_;
}

int Trainer::lanes(int64_t batch_size) {
  return options_.lanes > 0 ? static_cast<int>(std::min<int64_t>(options_.lanes, batch_size))
                            : default_lanes(batch_size);
}

void Trainer::check(const Examples& examples) const {
  if (!(examples.shape() == model_.input_shape()))
    throw usage_error("data", "the pictures' shape does not fit the model (got {}, expected {})", to_string(examples.shape()),
                      to_string(model_.input_shape()));
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

void Trainer::step(Runner& runner, const kernels::Feed& feed, int64_t rows, int epoch, int64_t position, Sums& sums,
                   const Examples& examples, const uint32_t* order) {
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
  const int64_t outputs = model_.outputs();
  for (int64_t i = 0; i < rows; ++i)
    sums.correct += predicted_class(plan.output.data() + i * outputs, outputs) == examples.label(order[i]);
  sums.loss += loss;
  sums.rows += rows;
}

History Trainer::fit(const Examples& examples, const FitOptions& options) {
  check(examples);
  if (options.validation != nullptr) check(*options.validation);
  if (options.epochs < 1) throw usage_error("epochs", "must be at least 1 (got {})", options.epochs);
  if (options.batch_size < 1) throw usage_error("batch size", "must be at least 1 (got {})", options.batch_size);
  const int64_t n = examples.size(), batch = std::min(options.batch_size, n), batches = (n + batch - 1) / batch;
  check_parameters();
  Runner& runner = train_runner(batch);
  stop_ = false;
  History history;
  for (Callback* callback : options.callbacks) callback->on_train_begin(*this);
  for (int epoch = options.initial_epoch; epoch < options.epochs && !stop_; ++epoch) {
    const double begin = now();
    for (Callback* callback : options.callbacks) callback->on_epoch_begin(*this, epoch);
    const auto order = options.shuffle ? permutation(static_cast<uint32_t>(n), options_.seed, purpose::kShuffle, static_cast<uint64_t>(epoch))
                                       : in_order(n);
    Sums sums;
    double step_seconds = 0;
    int64_t b = 0;
    for (; b < batches && !stop_; ++b) {
      const int64_t position = b * batch, rows = std::min(batch, n - position);
      const OrderedFeed feed(examples, order.data() + position, model_.outputs());
      const double step_begin = now();
      step(runner, feed, rows, epoch, position, sums, examples, order.data() + position);
      step_seconds += now() - step_begin;
      const BatchLogs logs = {epoch, b + 1, batches, sums.loss / static_cast<double>(sums.rows),
                              static_cast<double>(sums.correct) / static_cast<double>(sums.rows)};
      for (Callback* callback : options.callbacks) callback->on_batch_end(*this, logs);
    }
    EpochLogs logs = {.epoch = epoch,
                      .loss = sums.loss / static_cast<double>(sums.rows),
                      .accuracy = static_cast<double>(sums.correct) / static_cast<double>(sums.rows),
                      .learning_rate = optimizer_.learning_rate(),
                      .step_seconds = step_seconds,
                      .pictures_per_second = static_cast<double>(sums.rows) / std::max(step_seconds, 1e-9),
                      .complete = b == batches};
    if (options.validation != nullptr && !stop_) {
      const Evaluation validation =
          evaluate(*options.validation, options.validation_batch_size > 0 ? options.validation_batch_size : options.batch_size);
      logs.val_loss = validation.loss;
      logs.val_accuracy = validation.accuracy;
    }
    logs.seconds = now() - begin;
    for (Callback* callback : options.callbacks) callback->on_epoch_end(*this, logs);
    history.push_back(logs);
  }
  optimizer_.finish(model_.graph(), model_.parameters());
  for (Callback* callback : options.callbacks) callback->on_train_end(*this);
  return history;
}

Evaluation Trainer::evaluate(const Examples& examples, int64_t batch_size) {
  check(examples);
  if (batch_size < 1) throw usage_error("batch size", "must be at least 1 (got {})", batch_size);
  const double begin = now();
  const int64_t n = examples.size(), classes = examples.classes(), outputs = model_.outputs(), batch = std::min(batch_size, n);
  Runner& runner = evaluation_runner(batch);
  const auto order = in_order(n);
  Evaluation result;
  result.probabilities.resize(static_cast<size_t>(n * classes));
  result.labels.resize(static_cast<size_t>(n));
  Sums sums;
  for (int64_t position = 0; position < n; position += batch) {
    const int64_t rows = std::min(batch, n - position);
    const OrderedFeed feed(examples, order.data() + position, outputs);
    const Plan& plan = runner.compute(rows, {.feed = &feed, .seed = options_.seed});
    for (int64_t i = 0; i < rows; ++i) {
      float* row = result.probabilities.data() + (position + i) * classes;
      model_.class_probabilities(plan.output.data() + i * outputs, row);
      const int32_t label = examples.label(position + i);
      sums.loss += static_cast<double>(plan.losses[static_cast<size_t>(i)]);
      sums.correct += predicted_class(row, classes) == label;
      sums.top5 += in_top5(row, classes, label);
      result.labels[static_cast<size_t>(position + i)] = label;
    }
  }
  result.loss = sums.loss / static_cast<double>(n) + model_.parameters().penalty(model_.graph());
  result.accuracy = static_cast<double>(sums.correct) / static_cast<double>(n);
  result.top5 = static_cast<double>(sums.top5) / static_cast<double>(n);
  result.seconds = now() - begin;
  return result;
}

double Trainer::train_on_batch(const Examples& examples) {
  check(examples);
  check_parameters();
  const auto order = in_order(examples.size());
  const OrderedFeed feed(examples, order.data(), model_.outputs());
  Sums sums;
  step(train_runner(examples.size()), feed, examples.size(), 0, 0, sums, examples, order.data());
  return sums.loss / static_cast<double>(sums.rows);
}

}  // namespace fovea
