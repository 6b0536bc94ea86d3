// Five steps of every optimizer as Keras took them: tests/golden/optimizers, see tests/golden/README.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "fovea/base/file.h"
#include "tests/harness/golden.h"
#include "tests/harness/keras_optimizer.h"
#include "tests/harness/source_tree.h"

namespace fovea {
namespace {

std::vector<float> flat(const Json& json) {
  if (!json.is_array()) return {json.get<float>()};
  std::vector<float> values;
  for (const Json& item : json)
    for (float value : flat(item)) values.push_back(value);
  return values;
}

// One variable with its slots, bound to the optimizer's kernel.
struct Variable {
  std::string name;
  std::vector<float> gradient, weights;
  std::vector<std::vector<float>> slots;
  Plan::Gradient* clipping = nullptr;
  std::unique_ptr<kernels::Call> gather, update;
};

class GoldenOptimizer : public testing::TestWithParam<std::string> {};

TEST_P(GoldenOptimizer, StepsAsKeras) {
  const std::string path = source_tree("tests/golden/optimizers/" + GetParam() + ".json");
  const Json golden = parse_json(read_file(path), path);
  auto options = keras_optimizer(golden.at("optimizer"), path);
  options.exclude_from_weight_decay = golden.value("exclude_from_weight_decay", std::vector<std::string>());
  Optimizer optimizer(options);
  const std::vector<std::string> slots = optimizer.slot_names();

  Plan plan;
  std::vector<Variable> variables;
  for (const auto& [name, start] : golden.at("start").items())
    variables.push_back({.name = name, .weights = flat(start)});
  for (Variable& v : variables) {
    v.gradient.resize(v.weights.size());
    for (const float from : optimizer.slots()) v.slots.emplace_back(v.weights.size(), from);
    v.clipping = plan.parameter_gradients.emplace_back(std::make_unique<Plan::Gradient>()).get();
    const auto elements = static_cast<int64_t>(v.weights.size());
    std::vector<void*> gathering = {v.gradient.data()}, arguments = {v.gradient.data(), v.weights.data()};
    for (auto& slot : v.slots) {
      gathering.push_back(slot.data());
      arguments.push_back(slot.data());
    }
    gathering.push_back(nullptr);  // no scratch
    if (const auto gather = optimizer.gather(elements)) v.gather = gather->bind(gathering, 0);
    arguments.push_back(&v.clipping->scale);
    arguments.push_back(nullptr);
    Parameter parameter;
    parameter.path = v.name;
    v.update = optimizer.kernel(elements, parameter)->bind(arguments, 0);
  }

  for (size_t step = 0; step < golden.at("gradients").size(); ++step) {
    SCOPED_TRACE("step " + std::to_string(step + 1));
    optimizer.begin_step();
    for (Variable& v : variables) {
      const std::vector<float> given = flat(golden.at("gradients").at(step).at(v.name));
      std::copy(given.begin(), given.end(), v.gradient.begin());
      if (v.gather) v.gather->run({});
      const auto& gradient = v.gradient;
      v.clipping->squares = {std::inner_product(gradient.begin(), gradient.end(), gradient.begin(), 0.0)};
    }
    optimizer.commit(plan);
    for (Variable& v : variables) v.update->run({});
    const Json& after = golden.at("after").at(step);
    size_t compared = 0;
    const auto expect = [&](const std::string& name, const std::vector<float>& got) {
      EXPECT_LE(golden_difference(got, flat(after.at(name))), golden.at("tolerance").at(name).get<double>()) << name;
      ++compared;
    };
    for (const Variable& v : variables) {
      expect(v.name, v.weights);
      for (size_t s = 0; s < slots.size(); ++s) expect(v.name + "_" + slots[s], v.slots[s]);
    }
    EXPECT_EQ(compared, after.size());
  }
}

INSTANTIATE_TEST_SUITE_P(Keras, GoldenOptimizer, testing::ValuesIn(golden_names("optimizers")),
                         [](const auto& optimizer) { return optimizer.param; });

}  // namespace
}  // namespace fovea
