#include "tests/harness/run_model.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "fovea/base/random.h"
#include "fovea/model/runner.h"

namespace fovea {
namespace {

class ArraysFeed final : public kernels::Feed {
 public:
  ArraysFeed(const Floats& pictures, const Floats& gradients, int64_t batch, int64_t classes)
      : pictures_(pictures), gradients_(gradients), batch_(batch), classes_(classes) {}
  void pictures(int64_t first_row, int64_t rows, float* dst) const override {
    copy_rows(pictures_, first_row, rows, dst);
  }
  void gradients(int64_t first_row, int64_t rows, float* dst) const override {
    copy_rows(gradients_, first_row, rows, dst);
  }
  void targets(int64_t first_row, int64_t rows, float* dst) const override {
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t c = 0; c < classes_; ++c) dst[r * classes_ + c] = (first_row + r) % classes_ == c ? 1.0f : 0.0f;
  }

 private:
  void copy_rows(const Floats& values, int64_t first_row, int64_t rows, float* dst) const {
    const auto row = static_cast<int64_t>(values.size()) / batch_;
    std::copy_n(values.begin() + first_row * row, rows * row, dst);
  }

  const Floats &pictures_, &gradients_;
  int64_t batch_, classes_;
};

Floats copied(std::span<const float> values) { return {values.begin(), values.end()}; }

}  // namespace

bool ModelRun::has_step(const std::string& name) const {
  return std::any_of(steps.begin(), steps.end(), [&](const StepInfo& step) { return step.name == name; });
}

ModelRun run_model(Model& model, const PlanOptions& options, const Floats& pictures, const Floats& diff_output,
                   int threads) {
  assert(static_cast<int64_t>(pictures.size()) == options.batch * model.input_shape().elements() &&
         "one batch of pictures");
  assert((!options.gradients || options.loss || !diff_output.empty()) && "backward starts somewhere");
  Parameters& parameters = model.parameters();
  ThreadPool pool(threads);
  Runner runner(model, pool, options);
  const ArraysFeed feed(pictures, diff_output, options.batch, model.outputs());
  const kernels::RunContext context = {.feed = &feed, .seed = kRunSeed, .epoch = kRunEpoch, .position = kRunPosition};
  Plan& plan = runner.plan(options.batch);
  for (int run = 0; run < 2; ++run) {
    // Values that folding made are packed when a plan is made; all else is made by running it.
    if (!plan.folded) {
      parameters.changed();  // copies of weights are made again
      for (Buffer& buffer : plan.memory)
        if (buffer.bytes() > 0) std::memset(buffer.data(), 0xFF, buffer.bytes());
    }
    runner.compute(options.batch, context);
  }

  ModelRun result;
  result.shape = plan.output_shape;
  result.output = copied(plan.output);
  result.losses = copied(plan.losses);
  result.steps = plan.steps;
  for (const auto& output : plan.outputs) result.outputs.push_back(copied(output));
  for (const auto& gradient : plan.gradients) result.gradients.push_back(copied(gradient));
  result.diff_weights.resize(static_cast<size_t>(parameters.size()));
  for (const auto& gradient : plan.parameter_gradients) {
    Floats& keras = result.diff_weights[static_cast<size_t>(gradient->parameter)];
    keras.resize(static_cast<size_t>(parameters[gradient->parameter].spec.shape.elements()));
    gradient->layout.unpack(gradient->values, keras.data());
  }
  if (options.gradients) runner.update(plan, context);
  return result;
}

Floats random_floats(int64_t count, uint64_t seed, float low, float high) {
  RandomStream random(seed, purpose::kSample);
  Floats values(static_cast<size_t>(count));
  for (float& value : values) value = low + (high - low) * random.unit();
  return values;
}

void randomize(Model& model, uint64_t seed) {
  Parameters& parameters = model.parameters();
  for (int p = 0; p < parameters.size(); ++p) {
    const ParameterSpec& spec = parameters[p].spec;
    const bool scales = spec.name == "gamma" || spec.name.ends_with("variance");
    const Floats values = random_floats(spec.shape.elements(), seed + static_cast<uint64_t>(p), scales ? 0.5f : -0.5f,
                                        scales ? 1.5f : 0.5f);
    parameters.set(p, Array::of<float>(spec.shape, values));
  }
}

}  // namespace fovea
