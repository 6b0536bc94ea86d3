#include "fovea/train/benchmark.h"

#include <algorithm>
#include <chrono>

#include "fovea/base/random.h"
#include "fovea/base/thread_pool.h"
#include "fovea/kernels/peak.h"
#include "fovea/model/cost.h"
#include "fovea/model/runner.h"
#include "fovea/train/optimizer.h"

namespace fovea {
namespace {

constexpr double kRound = 0.2;  // seconds of one round of a measurement

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// Noise with classes in turn.
class NoiseFeed final : public kernels::Feed {
 public:
  NoiseFeed(const Model& model, int64_t rows)
      : picture_(model.input_shape().elements()), outputs_(model.outputs()), noise_(static_cast<size_t>(picture_ * rows)) {
    RandomStream random(0, purpose::kSample);
    for (float& value : noise_) value = random.unit();
  }
  void pictures(int64_t first, int64_t rows, float* dst) const override {
    std::copy_n(noise_.data() + first * picture_, rows * picture_, dst);
  }
  void targets(int64_t first, int64_t rows, float* dst) const override {
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t i = 0; i < outputs_; ++i) dst[row * outputs_ + i] = (first + row) % std::max<int64_t>(2, outputs_) == i;
  }

 private:
  int64_t picture_, outputs_;
  std::vector<float> noise_;
};

// `batch` does the work on one batch.
template <class Batch>
double fastest(double seconds, int64_t pictures, const Batch& batch) {
  batch();
  double best = 0;
  const double end = now() + seconds;
  do {
    int64_t batches = 0;
    const double begin = now();
    do batch(), ++batches;
    while (now() - begin < kRound);
    best = std::max(best, static_cast<double>(batches * pictures) / (now() - begin));
  } while (now() < end);
  return best;
}

// The pieces that a parameter's update is cut into count as one step.
std::vector<StepTime> steps_of(const Plan& plan, const std::vector<double>& seconds) {
  std::vector<StepTime> steps;
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    const StepInfo& info = plan.steps[i];
    const auto same = std::ranges::find_if(steps, [&](const StepTime& step) {
      return step.layer == info.layer && step.step == info.name && info.kind == StepInfo::update;
    });
    if (same == steps.end())
      steps.push_back({info.layer, info.name, info.implementation, seconds[i]});
    else
      same->seconds += seconds[i];
  }
  return steps;
}

}  // namespace

Benchmark benchmark(Model& model, const BenchmarkOptions& options) {
  if (options.batch_size < 1) throw usage_error("batch size", "must be at least 1 (got {})", options.batch_size);
  ThreadPool pool(options.threads > 0 ? options.threads : available_cores());
  const NoiseFeed feed(model, options.batch_size);
  const kernels::RunContext context = {.feed = &feed};
  const ModelCost cost = cost_of(model, options.batch_size);
  Benchmark result = {.peak_flops = kernels::peak_flops(), .threads = pool.threads(), .cores = available_cores()};

  PlanOptions plan = {.batch = options.batch_size, .lanes = options.lanes, .winograd = options.winograd};
  {
    Runner runner(model, pool, plan);
    result.prediction.flops = cost.forward_flops;
    result.prediction.pictures_per_second =
        fastest(options.seconds, options.batch_size, [&] { runner.compute(options.batch_size, context); });
    result.prediction.steps = steps_of(runner.plan(options.batch_size), runner.step_seconds(options.batch_size, context));
  }
  Optimizer adam;
  model.parameters().book_slots(model.graph(), adam.slots());
  plan.training = plan.gradients = true;
  plan.loss = PlanOptions::Loss{.rule = {.kind = kernels::usual_loss(model.outputs())}};
  plan.update = &adam;
  Runner runner(model, pool, plan);
  result.training.flops = cost.training_flops;
  result.training.pictures_per_second = fastest(options.seconds, options.batch_size, [&] {
    adam.begin_step();
    Plan& computed = runner.compute(options.batch_size, context);
    adam.commit(computed);
    runner.update(computed, context);
  });
  result.training.steps = steps_of(runner.plan(options.batch_size), runner.step_seconds(options.batch_size, context));
  return result;
}

}  // namespace fovea
