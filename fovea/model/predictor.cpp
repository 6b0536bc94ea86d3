#include "fovea/model/predictor.h"

#include <algorithm>
#include <utility>

#include "fovea/model/plan_builder.h"
#include "fovea/model/runner.h"
#include "fovea/model/span_feed.h"

namespace fovea {
namespace {

PredictorOptions checked(PredictorOptions options) {
  if (options.batch_size < 1) throw usage_error("batch size", "must be at least 1 (got {})", options.batch_size);
  if (options.threads < 0) throw usage_error("threads", "must not be negative (got {})", options.threads);
  if (options.threads == 0) options.threads = available_cores();
  return options;
}

}  // namespace

struct Predictor::Worker {
  Worker(Model& model, const PredictorOptions& options)
      : pool(options.threads), runner(model, pool, {.batch = options.batch_size, .lanes = options.threads}) {}

  ThreadPool pool;
  Runner runner;
};

Predictor::Predictor(Model& model, const PredictorOptions& options) : model_(model), options_(checked(options)) {
  // The first plan decides where weights live, but for those it folds, which may not fold any more when they have changed.
  // From then on plans only read the model.
  auto first = std::make_unique<Worker>(model_, options_);
  if (first->runner.plan(options_.batch_size).folded) {
    PlanOptions unfolded = first->runner.options();
    unfolded.disabled_passes = {"fold normalisation"};
    make_plan(model_.graph(), model_.parameters(), unfolded);
  }
  give_back(std::move(first));
}

Predictor::~Predictor() = default;

std::unique_ptr<Predictor::Worker> Predictor::take() const {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto worker = std::move(idle_.back());
      idle_.pop_back();
      return worker;
    }
  }
  return std::make_unique<Worker>(model_, options_);
}

void Predictor::give_back(std::unique_ptr<Worker> worker) const {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(worker));
}

std::vector<float> Predictor::predict(std::span<const float> pictures) const {
  const int64_t elements = model_.input_shape().elements(), outputs = model_.graph().output_shape().elements();
  const auto floats = static_cast<int64_t>(pictures.size());
  if (floats % elements != 0)
    throw usage_error("pictures", "got {} numbers, expected whole pictures of {} for the shape {}", floats, elements,
                      to_string(model_.input_shape()));
  const int64_t n = floats / elements;
  std::vector<float> result(static_cast<size_t>(n * outputs));
  auto worker = take();
  for (int64_t begin = 0; begin < n; begin += options_.batch_size) {
    const int64_t rows = std::min(options_.batch_size, n - begin);
    const SpanFeed feed(pictures.subspan(static_cast<size_t>(begin * elements)), elements);
    const Plan& plan = worker->runner.compute(rows, {.feed = &feed});
    std::copy(plan.output.begin(), plan.output.end(), result.begin() + begin * outputs);
  }
  give_back(std::move(worker));
  return result;
}

}  // namespace fovea
