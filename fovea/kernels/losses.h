// Losses by Keras's names, row by row (Keras: losses/losses.py): the cross-entropies of loss.h, and those here.
//
//   binary_crossentropy           mean over outputs of -(t ln p + (1 - t) ln(1 - p))
//   binary_focal_crossentropy     the same, each output's times (1 - p_t)^γ, p_t = t p + (1 - t)(1 - p)
//   categorical_focal_crossentropy   Σ α (1 - p)^γ (-t ln p), p divided by its sum
//   mean_squared_error, mean_absolute_error   mean over outputs of (p - t)², |p - t|
//
// Probabilities are clipped to [1e-7, 1 - 1e-7] where a logarithm is taken. Where a sigmoid gave them, the binary
// cross-entropies work from its logits instead, unclipped; the focal factor is that of the sigmoid.
#pragma once

#include "fovea/kernels/kernel.h"

namespace fovea::kernels {

enum class LossKind {
  categorical_crossentropy,
  sparse_categorical_crossentropy,
  binary_crossentropy,
  categorical_focal_crossentropy,
  binary_focal_crossentropy,
  mean_squared_error,
  mean_absolute_error
};

// What a loss is, apart from sizes.
struct LossRule {
  LossKind kind = LossKind::categorical_crossentropy;
  float label_smoothing = 0;     // t ← t · (1 - s) + s / classes, of binary ones + s / 2; not of errors
  float alpha = 0.25f;           // focal: of all classes; binary: of class 1, 1 - alpha of class 0
  float gamma = 2;               // focal
  bool class_balancing = false;  // binary focal: whether alpha counts
};

// The activation whose logits a loss works from where that activation gave its input.
enum class FusedActivation { none, softmax, sigmoid };
FusedActivation fused_activation(LossKind kind);
bool smooths_labels(LossKind kind);
// Of a classifier with so many outputs: one alone tells two classes apart.
LossKind usual_loss(int64_t outputs);

struct LossProblem {
  LossRule rule = {};
  int64_t rows = 1, classes = 2;
  int64_t batch = 1;          // the gradient is divided by this: rows of the whole batch
  bool from_logits = false;   // src holds logits (of rules with a fused activation)
};

// Arguments as cross_entropy's: src (rows, classes), targets (rows, classes), sample_weights (rows, or null),
// probabilities (rows, classes; written; may be null), losses (rows; written, each times its sample weight),
// diff_src (rows, classes; written; null without gradient), scratch.
KernelPtr loss(const LossProblem& problem);

}  // namespace fovea::kernels
