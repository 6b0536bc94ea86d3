#include "fovea/train/optimizer.h"

#include <algorithm>
#include <cmath>

#include "fovea/base/error.h"
#include "fovea/base/names.h"

namespace fovea {
namespace {

void check(bool fits, const char* option, double value, const char* expected) {
  if (!fits) throw usage_error("optimizer", "{} must be {} (got {})", option, expected, value);
}

}  // namespace

const std::vector<std::string>& Optimizer::names() {
  static const std::vector<std::string> all = {"sgd", "rmsprop", "adam", "adamw"};
  return all;
}

Optimizer::Optimizer(OptimizerOptions options) : options_(std::move(options)) {
  OptimizerOptions& o = options_;
  std::transform(o.name.begin(), o.name.end(), o.name.begin(), [](unsigned char c) { return std::tolower(c); });
  if (std::find(names().begin(), names().end(), o.name) == names().end())
    throw usage_error("optimizer", "unknown optimizer \"{}\" (expected sgd, rmsprop, adam or adamw){}", o.name,
                      did_you_mean(o.name, names()));
  kind_ = o.name == "sgd" ? OptimizerKind::sgd : o.name == "rmsprop" ? OptimizerKind::rmsprop : OptimizerKind::adam;
  if (!o.learning_rate) o.learning_rate = kind_ == OptimizerKind::sgd ? 0.01 : 0.001;
  if (o.name == "adamw" && !o.weight_decay) o.weight_decay = 0.004;
  check(*o.learning_rate >= 0 && std::isfinite(*o.learning_rate), "learning_rate", *o.learning_rate, "a number ≥ 0");
  check(o.momentum >= 0 && o.momentum <= 1, "momentum", o.momentum, "between 0 and 1");
  check(o.rho >= 0 && o.rho <= 1, "rho", o.rho, "between 0 and 1");
  check(o.beta_1 >= 0 && o.beta_1 < 1, "beta_1", o.beta_1, "between 0 and 1, 1 excluded");
  check(o.beta_2 >= 0 && o.beta_2 < 1, "beta_2", o.beta_2, "between 0 and 1, 1 excluded");
  check(o.epsilon >= 0 && std::isfinite(o.epsilon), "epsilon", o.epsilon, "a number ≥ 0");
  if (o.weight_decay) check(*o.weight_decay >= 0 && std::isfinite(*o.weight_decay), "weight_decay", *o.weight_decay, "a number ≥ 0");
  if (o.clipnorm) check(*o.clipnorm > 0, "clipnorm", *o.clipnorm, "a number > 0");
  if (o.clipvalue) check(*o.clipvalue > 0, "clipvalue", *o.clipvalue, "a number > 0");
  if (o.global_clipnorm) check(*o.global_clipnorm > 0, "global_clipnorm", *o.global_clipnorm, "a number > 0");
  if (int{o.clipnorm.has_value()} + int{o.clipvalue.has_value()} + int{o.global_clipnorm.has_value()} > 1)
    throw usage_error("optimizer", "only one of clipnorm, clipvalue and global_clipnorm can be set");
  learning_rate_ = *o.learning_rate;
}

int Optimizer::slots() const {
  switch (kind_) {
    case OptimizerKind::sgd: return options_.momentum > 0 ? 1 : 0;
    case OptimizerKind::rmsprop: return 1 + (options_.momentum > 0 ? 1 : 0) + (options_.centered ? 1 : 0);
    case OptimizerKind::adam: return options_.amsgrad ? 3 : 2;
  }
  return 0;
}

kernels::KernelPtr Optimizer::kernel(int64_t elements, const Parameter&) const {
  return update_kernel({.elements = elements,
                        .kind = kind_,
                        .momentum = static_cast<float>(options_.momentum),
                        .rho = static_cast<float>(options_.rho),
                        .rest_rho = static_cast<float>(1 - options_.rho),
                        .rest_beta_1 = static_cast<float>(1 - options_.beta_1),
                        .rest_beta_2 = static_cast<float>(1 - options_.beta_2),
                        .epsilon = static_cast<float>(options_.epsilon),
                        .clipvalue = static_cast<float>(options_.clipvalue.value_or(0)),
                        .nesterov = options_.nesterov,
                        .centered = options_.centered,
                        .amsgrad = options_.amsgrad,
                        .numbers = numbers_.get()});
}

void Optimizer::begin_step(Plan& plan) {
  const double t = static_cast<double>(++iterations_);
  numbers_->learning_rate = static_cast<float>(learning_rate_);
  // Keras takes powers of the decays as float32 has them: 0.999f is 1.3e-8 below 0.999, which is 1.3e-5 of 1 - 0.999.
  const auto rest = [&](double beta) { return 1.0f - static_cast<float>(std::pow(static_cast<double>(static_cast<float>(beta)), t)); };
  numbers_->step_size = static_cast<float>(learning_rate_) * std::sqrt(rest(options_.beta_2)) / rest(options_.beta_1);
  numbers_->decay = static_cast<float>(options_.weight_decay.value_or(0) * learning_rate_);
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

}  // namespace fovea
