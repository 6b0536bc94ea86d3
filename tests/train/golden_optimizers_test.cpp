// Five steps of every optimizer as Keras took them: tests/golden/optimizers, see tests/golden/README.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "fovea/base/file.h"
#include "fovea/train/optimizer.h"
#include "tests/harness/golden.h"
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

OptimizerOptions options_of(const Json& keras) {
  OptimizerOptions options{.name = keras.at("class_name").get<std::string>()};
  const Json& config = keras.at("config");
  const auto read = [&](const char* field, auto& value) {
    using Value = std::decay_t<decltype(value)>;
    if (!config.contains(field) || config.at(field).is_null()) return;
    if constexpr (std::is_same_v<Value, bool>)
      value = config.at(field).get<bool>();
    else
      value = config.at(field).get<double>();
  };
  read("learning_rate", options.learning_rate);
  read("momentum", options.momentum);
  read("nesterov", options.nesterov);
  read("rho", options.rho);
  read("centered", options.centered);
  read("beta_1", options.beta_1);
  read("beta_2", options.beta_2);
  read("amsgrad", options.amsgrad);
  read("epsilon", options.epsilon);
  read("weight_decay", options.weight_decay);
  read("clipnorm", options.clipnorm);
  read("clipvalue", options.clipvalue);
  read("global_clipnorm", options.global_clipnorm);
  return options;
}

// Keras's names of the slots, in our order.
std::vector<std::string> slot_names(const OptimizerOptions& options) {
  if (options.name == "sgd")
    return options.momentum > 0 ? std::vector<std::string>{"momentum"} : std::vector<std::string>{};
  if (options.name == "rmsprop") {
    std::vector<std::string> names = {"velocity"};
    if (options.momentum > 0) names.push_back("momentum");
    if (options.centered) names.push_back("average_gradient");
    return names;
  }
  std::vector<std::string> names = {"momentum", "velocity"};
  if (options.amsgrad) names.push_back("velocity_hat");
  return names;
}

// One variable with its slots, bound to the optimizer's kernel.
struct Variable {
  std::string name;
  std::vector<float> gradient, weights;
  std::vector<std::vector<float>> slots;
  Plan::Gradient* clipping = nullptr;
  std::unique_ptr<kernels::Call> update;
};

class GoldenOptimizer : public testing::TestWithParam<std::string> {};

TEST_P(GoldenOptimizer, StepsAsKeras) {
  const std::string path = source_tree("tests/golden/optimizers/" + GetParam() + ".json");
  const Json golden = parse_json(read_file(path), path);
  Optimizer optimizer(options_of(golden.at("optimizer")));
  const std::vector<std::string> slots = slot_names(optimizer.options());
  ASSERT_EQ(static_cast<int>(slots.size()), optimizer.slots());

  Plan plan;
  std::vector<Variable> variables;
  for (const auto& [name, start] : golden.at("start").items())
    variables.push_back({.name = name, .weights = flat(start)});
  for (Variable& v : variables) {
    v.gradient.resize(v.weights.size());
    v.slots.assign(slots.size(), std::vector<float>(v.weights.size()));
    v.clipping = plan.parameter_gradients.emplace_back(std::make_unique<Plan::Gradient>()).get();
    std::vector<void*> arguments = {v.gradient.data(), v.weights.data()};
    for (auto& slot : v.slots) arguments.push_back(slot.data());
    arguments.push_back(&v.clipping->scale);
    arguments.push_back(nullptr);  // no scratch
    v.update = optimizer.kernel(static_cast<int64_t>(v.weights.size()), Parameter{})->bind(arguments, 0);
  }

  for (size_t step = 0; step < golden.at("gradients").size(); ++step) {
    SCOPED_TRACE("step " + std::to_string(step + 1));
    for (Variable& v : variables) {
      const std::vector<float> given = flat(golden.at("gradients").at(step).at(v.name));
      std::copy(given.begin(), given.end(), v.gradient.begin());
      v.clipping->squares = {std::inner_product(given.begin(), given.end(), given.begin(), 0.0)};
    }
    optimizer.begin_step(plan);
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
