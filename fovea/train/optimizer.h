// How weights follow their gradients (Keras: optimizers/*.py), with Keras's defaults, its order of what is done in a
// step, and its place for epsilon.
//
//   gradients of several steps averaged -> clipped -> weights decayed -> the rule -> moving average -> constraints
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fovea/base/json.h"
#include "fovea/model/plan.h"
#include "fovea/model/update_rule.h"
#include "fovea/train/schedule.h"

namespace fovea {

// Numbers left out take Keras's default for the optimizer named.
struct OptimizerOptions {
  std::string name = "adam";                 // one of Optimizer::names
  std::optional<double> learning_rate = {};  // sgd 0.01, else 0.001
  Schedule schedule = {};                    // instead: the rate of every step
  double momentum = 0;                       // sgd, rmsprop
  bool nesterov = false;                     // sgd
  std::optional<double> rho = {};            // rmsprop 0.9, adadelta 0.95
  bool centered = false;                     // rmsprop
  double beta_1 = 0.9;                       // adam, adamw, adamax, nadam, lion
  std::optional<double> beta_2 = {};         // the same; lion 0.99, else 0.999
  bool amsgrad = false;                      // adam, adamw
  double initial_accumulator_value = 0.1;    // adagrad
  double epsilon = 1e-7;
  std::optional<double> weight_decay = {};   // decoupled; adamw 0.004, else none
  // Words: a weight whose path ("dense/bias") has one of them in it does not decay.
  std::vector<std::string> exclude_from_weight_decay = {};
  std::optional<double> clipnorm = {}, clipvalue = {}, global_clipnorm = {};  // at most one
  // A moving average of the weights beside them, which they take at the end of fit and, where said, every so many steps.
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int64_t> ema_overwrite_frequency = {};
  // Weights are updated every so many steps, by the mean of the gradients since.
  std::optional<int64_t> gradient_accumulation_steps = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("name", name);
    v("learning_rate", learning_rate);
    v("momentum", momentum);
    v("nesterov", nesterov);
    v("rho", rho);
    v("centered", centered);
    v("beta_1", beta_1);
    v("beta_2", beta_2);
    v("amsgrad", amsgrad);
    v("initial_accumulator_value", initial_accumulator_value);
    v("epsilon", epsilon);
    v("weight_decay", weight_decay);
    v("exclude_from_weight_decay", exclude_from_weight_decay);
    v("clipnorm", clipnorm);
    v("clipvalue", clipvalue);
    v("global_clipnorm", global_clipnorm);
    v("use_ema", use_ema);
    v("ema_momentum", ema_momentum);
    v("ema_overwrite_frequency", ema_overwrite_frequency);
    v("gradient_accumulation_steps", gradient_accumulation_steps);
  }
};

struct StepNumbers;
struct OptimizerRule;

class Optimizer final : public UpdateRule {
 public:
  // Throws Error (usage) for an unknown name or a number out of its range.
  explicit Optimizer(OptimizerOptions options = {});

  // As given, with what was left out filled in.
  const OptimizerOptions& options() const { return options_; }
  static const std::vector<std::string>& names();

  // The next step's: of a schedule, what it says of it.
  double learning_rate() const { return options_.schedule ? options_.schedule(iterations_) : learning_rate_; }
  // Throws Error (usage) where a schedule sets it.
  void set_learning_rate(double rate);
  // Steps so far, those that only gathered gradients too.
  int64_t iterations() const { return iterations_; }
  void set_iterations(int64_t iterations);

  // Before a plan computes gradients: the numbers of step `iterations` + 1.
  void begin_step();
  // Between its gradients and its update: the plan's clipping factors. The step counts from here on.
  void commit(Plan& plan);
  // At the end of a training: weights that train take their moving average, if there is one.
  void finish(const Graph& graph, Parameters& parameters) const;

  // Keras's names of a parameter's state buffers, in order: "momentum", "velocity", …
  std::vector<std::string> slot_names() const;
  std::vector<float> slots() const override;
  kernels::KernelPtr gather(int64_t elements) const override;
  kernels::KernelPtr kernel(int64_t elements, const Parameter& parameter) const override;

 private:
  int64_t gathered_steps() const { return options_.gradient_accumulation_steps.value_or(1); }
  float nadam_momentum(int64_t update) const;

  OptimizerOptions options_;
  const OptimizerRule* rule_;
  double learning_rate_ = 0;
  int64_t iterations_ = 0;
  float nadam_product_ = 1;  // of nadam's momenta of all updates so far
  std::shared_ptr<StepNumbers> numbers_;
};

}  // namespace fovea
