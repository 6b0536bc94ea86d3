// The fused path from logits to loss: softmax with categorical cross-entropy (Keras: backend/tensorflow/nn.py).
//
//   loss = logsumexp(z) · Σt - Σ t · z        diff_z = (softmax(z) - t) · weight / batch
//
// (which is the loss's derivative only where the targets sum to 1: TensorFlow's fused op leaves Σt out)
// and the path from probabilities, which renormalises (not `sparse`) and clips to [1e-7, 1 - 1e-7].
#pragma once

#include "fovea/kernels/kernel.h"
#include "fovea/tensor/layout.h"

namespace fovea::kernels {

struct CrossEntropyProblem {
  int64_t rows = 1, classes = 2;
  int64_t batch = 1;          // the gradient is divided by this: rows of the whole batch
  bool from_logits = true;    // src holds logits (else probabilities)
  bool sparse_rule = false;   // from probabilities: clip, then renormalise (Keras's sparse_categorical_crossentropy)
  float label_smoothing = 0;  // t ← t · (1 - s) + s / classes
};

// Arguments: src (rows, classes), targets (rows, classes float32, one-hot or soft), sample_weights (rows, or null),
// probabilities (rows, classes; written; may be null), losses (rows; written, each times its sample weight),
// diff_src (rows, classes; written; null without gradient), scratch.
KernelPtr cross_entropy(const CrossEntropyProblem& problem);

}  // namespace fovea::kernels
