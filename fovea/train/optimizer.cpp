#include "fovea/train/optimizer.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "fovea/base/error.h"
#include "fovea/base/names.h"
#include "fovea/train/optimizer_update.h"

namespace fovea {

// What Keras gives an optimizer's name, and the state that each parameter has whatever the options.
struct OptimizerRule {
  const char* name;
  OptimizerKind kind;
  double learning_rate, rho, beta_2;
  std::vector<std::string> slots;
};

namespace {

const std::vector<OptimizerRule>& rules() {
  static const std::vector<OptimizerRule> all = {
      {"sgd", OptimizerKind::sgd, 0.01, 0.9, 0.999, {}},
      {"rmsprop", OptimizerKind::rmsprop, 0.001, 0.9, 0.999, {"velocity"}},
      {"adam", OptimizerKind::adam, 0.001, 0.9, 0.999, {"momentum", "velocity"}},
      {"adamw", OptimizerKind::adam, 0.001, 0.9, 0.999, {"momentum", "velocity"}},
      {"adagrad", OptimizerKind::adagrad, 0.001, 0.9, 0.999, {"accumulator"}},
      {"adadelta", OptimizerKind::adadelta, 0.001, 0.95, 0.999, {"accumulated_grad", "accumulated_delta_var"}},
      {"adamax", OptimizerKind::adamax, 0.001, 0.9, 0.999, {"momentum", "norm"}},
      {"nadam", OptimizerKind::nadam, 0.001, 0.9, 0.999, {"momentum", "velocity"}},
      {"lion", OptimizerKind::lion, 0.001, 0.9, 0.99, {"momentum"}}};
  return all;
}

const OptimizerRule& rule_of(const std::string& name) {
  for (const OptimizerRule& rule : rules())
    if (name == rule.name) return rule;
  const std::vector<std::string>& names = Optimizer::names();
  std::string all;
  for (size_t i = 0; i < names.size(); ++i) all += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + names[i];
  throw usage_error("optimizer", "unknown optimizer \"{}\" (expected {}){}", name, all, did_you_mean(name, names));
}

void check(bool fits, const char* option, double value, const char* expected) {
  if (!fits) throw usage_error("optimizer", "{} must be {} (got {})", option, expected, value);
}

// Keras takes powers of the decays as float32 has them: 0.999f is 1.3e-8 below 0.999, which is 1.3e-5 of 1 - 0.999.
float rest_of_power(double beta, double updates) {
  return 1.0f - static_cast<float>(std::pow(static_cast<double>(static_cast<float>(beta)), updates));
}

}  // namespace

const std::vector<std::string>& Optimizer::names() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> names;
    for (const OptimizerRule& rule : rules()) names.push_back(rule.name);
    return names;
  }();
  return all;
}

Optimizer::Optimizer(OptimizerOptions options) : options_(std::move(options)), numbers_(std::make_shared<StepNumbers>()) {
  OptimizerOptions& o = options_;
  std::transform(o.name.begin(), o.name.end(), o.name.begin(), [](unsigned char c) { return std::tolower(c); });
  rule_ = &rule_of(o.name);
  if (o.schedule && o.learning_rate)
    throw usage_error("optimizer", "a schedule takes the place of a learning rate (got both, learning_rate {})", *o.learning_rate);
  if (!o.learning_rate) o.learning_rate = rule_->learning_rate;
  if (!o.rho) o.rho = rule_->rho;
  if (!o.beta_2) o.beta_2 = rule_->beta_2;
  if (o.name == "adamw" && !o.weight_decay) o.weight_decay = 0.004;
  check(*o.learning_rate >= 0 && std::isfinite(*o.learning_rate), "learning_rate", *o.learning_rate, "a number ≥ 0");
  check(o.momentum >= 0 && o.momentum <= 1, "momentum", o.momentum, "between 0 and 1");
  check(*o.rho >= 0 && *o.rho <= 1, "rho", *o.rho, "between 0 and 1");
  check(o.beta_1 >= 0 && o.beta_1 < 1, "beta_1", o.beta_1, "between 0 and 1, 1 excluded");
  check(*o.beta_2 >= 0 && *o.beta_2 < 1, "beta_2", *o.beta_2, "between 0 and 1, 1 excluded");
  check(o.initial_accumulator_value >= 0 && std::isfinite(o.initial_accumulator_value), "initial_accumulator_value",
        o.initial_accumulator_value, "a number ≥ 0");
  // With none, a gradient of exactly 0 would be 0 / 0.
  check(o.epsilon > 0 && std::isfinite(o.epsilon), "epsilon", o.epsilon, "a number > 0");
  if (o.weight_decay) check(*o.weight_decay >= 0 && std::isfinite(*o.weight_decay), "weight_decay", *o.weight_decay, "a number ≥ 0");
  if (o.clipnorm) check(*o.clipnorm > 0, "clipnorm", *o.clipnorm, "a number > 0");
  if (o.clipvalue) check(*o.clipvalue > 0, "clipvalue", *o.clipvalue, "a number > 0");
  if (o.global_clipnorm) check(*o.global_clipnorm > 0, "global_clipnorm", *o.global_clipnorm, "a number > 0");
  if (int{o.clipnorm.has_value()} + int{o.clipvalue.has_value()} + int{o.global_clipnorm.has_value()} > 1)
    throw usage_error("optimizer", "only one of clipnorm, clipvalue and global_clipnorm can be set");
  for (const std::string& word : o.exclude_from_weight_decay)
    if (word.empty()) throw usage_error("optimizer", "exclude_from_weight_decay must have words (got an empty one)");
  check(o.ema_momentum >= 0 && o.ema_momentum <= 1, "ema_momentum", o.ema_momentum, "between 0 and 1");
  if (o.ema_overwrite_frequency)
    check(*o.ema_overwrite_frequency >= 1, "ema_overwrite_frequency", static_cast<double>(*o.ema_overwrite_frequency), "at least 1");
  if (o.gradient_accumulation_steps)
    check(*o.gradient_accumulation_steps >= 2, "gradient_accumulation_steps",
          static_cast<double>(*o.gradient_accumulation_steps), "at least 2");
  learning_rate_ = *o.learning_rate;
}

std::vector<std::string> Optimizer::slot_names() const {
  std::vector<std::string> names = rule_->slots;
  if ((rule_->kind == OptimizerKind::sgd || rule_->kind == OptimizerKind::rmsprop) && options_.momentum > 0)
    names.push_back("momentum");
  if (rule_->kind == OptimizerKind::rmsprop && options_.centered) names.push_back("average_gradient");
  if (rule_->kind == OptimizerKind::adam && options_.amsgrad) names.push_back("velocity_hat");
  if (options_.use_ema) names.push_back("average");
  if (options_.gradient_accumulation_steps) names.push_back("gradient_accumulator");
  return names;
}

std::vector<float> Optimizer::slots() const {
  std::vector<float> starts(slot_names().size(), 0.0f);
  if (rule_->kind == OptimizerKind::adagrad) starts[0] = static_cast<float>(options_.initial_accumulator_value);
  return starts;
}

kernels::KernelPtr Optimizer::gather(int64_t elements) const {
  if (!options_.gradient_accumulation_steps) return nullptr;
  return gather_kernel({.elements = elements,
                        .rule_slots = static_cast<int64_t>(slot_names().size()) - 1,
                        .gathered_steps = gathered_steps(),
                        .numbers = numbers_.get()});
}

kernels::KernelPtr Optimizer::kernel(int64_t elements, const Parameter& parameter) const {
  const OptimizerOptions& o = options_;
  const auto is_in_path = [&](const std::string& word) { return parameter.path.find(word) != std::string::npos; };
  const auto& excluded = o.exclude_from_weight_decay;
  const int64_t others = (o.use_ema ? 1 : 0) + (o.gradient_accumulation_steps ? 1 : 0);
  return update_kernel({.elements = elements,
                        .kind = rule_->kind,
                        .rule_slots = static_cast<int64_t>(slot_names().size()) - others,
                        .momentum = static_cast<float>(o.momentum),
                        .rho = static_cast<float>(*o.rho),
                        .rest_rho = static_cast<float>(1 - *o.rho),
                        .beta_1 = static_cast<float>(o.beta_1),
                        .rest_beta_1 = static_cast<float>(1 - o.beta_1),
                        .beta_2 = static_cast<float>(*o.beta_2),
                        .rest_beta_2 = static_cast<float>(1 - *o.beta_2),
                        .epsilon = static_cast<float>(o.epsilon),
                        .clipvalue = static_cast<float>(o.clipvalue.value_or(0)),
                        .nesterov = o.nesterov,
                        .centered = o.centered,
                        .amsgrad = o.amsgrad,
                        .decays = o.weight_decay && std::none_of(excluded.begin(), excluded.end(), is_in_path),
                        .averages = o.use_ema,
                        .gathered_steps = gathered_steps(),
                        .numbers = numbers_.get()});
}

// Nadam's momentum grows with the number of the update (Dozat 2016).
float Optimizer::nadam_momentum(int64_t update) const {
  const float power = static_cast<float>(std::pow(static_cast<double>(0.96f), static_cast<double>(update)));
  return static_cast<float>(options_.beta_1) * (1.0f - 0.5f * power);
}

void Optimizer::set_iterations(int64_t iterations) {
  iterations_ = iterations;
  nadam_product_ = 1;
  if (rule_->kind != OptimizerKind::nadam) return;
  for (int64_t update = 1; update <= iterations / gathered_steps(); ++update) {
    const float before = std::exchange(nadam_product_, nadam_product_ * nadam_momentum(update));
    if (nadam_product_ == before) break;  // momenta grow, and are at most 1: it stays so
  }
}

void Optimizer::set_learning_rate(double rate) {
  if (options_.schedule) throw usage_error("learning rate", "cannot be set where a schedule sets it (got {})", rate);
  learning_rate_ = rate;
}

void Optimizer::begin_step() {
  StepNumbers& n = *numbers_;
  const int64_t updates = iterations_ / gathered_steps();  // so far
  const double t = static_cast<double>(updates + 1);
  n.updates = (iterations_ + 1) % gathered_steps() == 0;
  const double rate = learning_rate();
  n.learning_rate = static_cast<float>(rate);
  n.decay = static_cast<float>(options_.weight_decay.value_or(0) * rate);
  n.step_size = n.learning_rate / rest_of_power(options_.beta_1, t);
  if (rule_->kind == OptimizerKind::adam) n.step_size = n.learning_rate * std::sqrt(rest_of_power(*options_.beta_2, t)) / rest_of_power(options_.beta_1, t);
  if (rule_->kind == OptimizerKind::nadam) {
    const float momentum = nadam_momentum(updates + 1), next = nadam_momentum(updates + 2);
    const float product = nadam_product_ * momentum;
    n.mean_share = next / (1 - product * next);
    n.gradient_share = (1 - momentum) / (1 - product);
    n.square_share = 1 / rest_of_power(*options_.beta_2, t);
  }
  n.ema_momentum = updates == 0 ? 0 : static_cast<float>(options_.ema_momentum);
  n.overwrites = options_.ema_overwrite_frequency && (updates + 1) % *options_.ema_overwrite_frequency == 0;
}

void Optimizer::commit(Plan& plan) {
  ++iterations_;
  if (!numbers_->updates) return;
  nadam_product_ *= nadam_momentum(iterations_ / gathered_steps());
  if (!options_.clipnorm && !options_.global_clipnorm) return;
  double all = 0;
  for (auto& gradient : plan.parameter_gradients) {
    double squares = 0;
    for (double part : gradient->squares) squares += part;
    all += squares;
    if (options_.clipnorm) gradient->scale = static_cast<float>(*options_.clipnorm / std::max(std::sqrt(squares), *options_.clipnorm));
  }
  if (options_.global_clipnorm)
    for (auto& gradient : plan.parameter_gradients)
      gradient->scale = static_cast<float>(*options_.global_clipnorm * std::min(1 / std::sqrt(all), 1 / *options_.global_clipnorm));
}

void Optimizer::finish(const Graph& graph, Parameters& parameters) const {
  if (!options_.use_ema || iterations_ == 0) return;
  const std::vector<std::string> names = slot_names();
  const auto slot = static_cast<size_t>(std::find(names.begin(), names.end(), "average") - names.begin());
  for (int p = 0; p < parameters.size(); ++p)
    if (parameters.trains(p, graph)) std::ranges::copy(parameters[p].slots[slot].as<float>(), parameters[p].value.as<float>().begin());
  parameters.changed();
}

}  // namespace fovea
