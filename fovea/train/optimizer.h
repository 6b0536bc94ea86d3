// How weights follow their gradients (Keras: optimizers/*.py): SGD, RMSprop, Adam, AdamW, with Keras's defaults and
// Keras's place for epsilon.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fovea/base/json.h"
#include "fovea/model/plan.h"
#include "fovea/model/update_rule.h"

namespace fovea {

// Numbers left out take Keras's default for the optimizer named.
struct OptimizerOptions {
  std::string name = "adam";               // sgd, rmsprop, adam, adamw
  std::optional<double> learning_rate = {};  // sgd 0.01, else 0.001
  double momentum = 0;                     // sgd, rmsprop
  bool nesterov = false;                   // sgd
  double rho = 0.9;                        // rmsprop
  bool centered = false;                   // rmsprop
  double beta_1 = 0.9, beta_2 = 0.999;     // adam, adamw
  bool amsgrad = false;                    // adam, adamw
  double epsilon = 1e-7;
  std::optional<double> weight_decay = {};   // decoupled; adamw 0.004, else none
  std::optional<double> clipnorm = {}, clipvalue = {}, global_clipnorm = {};  // at most one

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
    v("epsilon", epsilon);
    v("weight_decay", weight_decay);
    v("clipnorm", clipnorm);
    v("clipvalue", clipvalue);
    v("global_clipnorm", global_clipnorm);
  }
};

enum class OptimizerKind { sgd, rmsprop, adam };

// The numbers of one step, as kernels read them.
struct StepNumbers {
  float learning_rate = 0;
  float step_size = 0;  // adam: lr · sqrt(1 - β₂ᵗ) / (1 - β₁ᵗ)
  float decay = 0;      // weight_decay · lr
};

class Optimizer final : public UpdateRule {
 public:
  // Throws Error (usage) for an unknown name or a number out of its range.
  explicit Optimizer(OptimizerOptions options = {});

  const OptimizerOptions& options() const { return options_; }
  static const std::vector<std::string>& names();

  double learning_rate() const { return learning_rate_; }
  void set_learning_rate(double rate) { learning_rate_ = rate; }
  int64_t iterations() const { return iterations_; }
  void set_iterations(int64_t iterations) { iterations_ = iterations; }

  // Before an update: the numbers of step `iterations` + 1, which is then counted, and the plan's clipping factors.
  void begin_step(Plan& plan);

  int slots() const override;
  kernels::KernelPtr kernel(int64_t elements, const Parameter& parameter) const override;

 private:
  OptimizerOptions options_;
  OptimizerKind kind_ = OptimizerKind::adam;
  double learning_rate_ = 0;
  int64_t iterations_ = 0;
  std::shared_ptr<StepNumbers> numbers_ = std::make_shared<StepNumbers>();
};

// One optimizer step on `elements` floats. Arguments: gradient, weights, slots, scale, scratch.
struct UpdateProblem {
  int64_t elements = 0;
  OptimizerKind kind = OptimizerKind::adam;
  // The complements are rounded from double: 1 - 0.999f is 1.3e-5 off.
  float momentum = 0, rho = 0.9f, rest_rho = 0.1f, rest_beta_1 = 0.1f, rest_beta_2 = 0.001f, epsilon = 1e-7f;
  float clipvalue = 0;  // 0: none
  bool nesterov = false, centered = false, amsgrad = false;
  const StepNumbers* numbers = nullptr;

  size_t slots() const;
};
kernels::KernelPtr update_kernel(const UpdateProblem& problem);

}  // namespace fovea
