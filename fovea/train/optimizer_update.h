// One optimizer step on some floats of a parameter: the kernels behind Optimizer.
#pragma once

#include "fovea/kernels/kernel.h"

namespace fovea {

enum class OptimizerKind { sgd, rmsprop, adam, adagrad, adadelta, adamax, nadam, lion };

// The numbers of one step, as kernels read them.
struct StepNumbers {
  bool updates = true;  // false: gradients are only gathered
  float learning_rate = 0;
  float decay = 0;      // weight_decay · lr
  // adam: lr · sqrt(1 - β₂ᵗ) / (1 - β₁ᵗ); adamax: lr / (1 - β₁ᵗ)
  float step_size = 0;
  // nadam: what the mean, the gradient and the mean square are multiplied by
  float mean_share = 0, gradient_share = 0, square_share = 0;
  float ema_momentum = 0;  // 0 in the first step
  bool overwrites = false;
};

struct UpdateProblem {
  int64_t elements = 0;
  OptimizerKind kind = OptimizerKind::adam;
  int64_t rule_slots = 0;  // of the rule alone, before the average and the gathered gradients
  // The complements are rounded from double: 1 - 0.999f is 1.3e-5 off.
  float momentum = 0, rho = 0.9f, rest_rho = 0.1f, beta_1 = 0.9f, rest_beta_1 = 0.1f, beta_2 = 0.999f, rest_beta_2 = 0.001f;
  float epsilon = 1e-7f;
  float clipvalue = 0;  // 0: none
  bool nesterov = false, centered = false, amsgrad = false;
  bool decays = true;   // by StepNumbers::decay
  bool averages = false;
  int64_t gathered_steps = 1;
  const StepNumbers* numbers = nullptr;
};

// Arguments: gradient, weights, the rule's slots, the average where there is one, the gathered gradients where there are
// some, scale (one float that gradients are multiplied by), scratch.
kernels::KernelPtr update_kernel(const UpdateProblem& problem);

// In a step that updates: gradient ← (gradient + gathered) / steps. Arguments: gradient, all slots, of which the last
// is gathered, scratch.
kernels::KernelPtr gather_kernel(const UpdateProblem& problem);

}  // namespace fovea
