// What a model costs: arithmetic a picture, memory of a training step.
#pragma once

#include "fovea/model/model.h"
#include "fovea/model/plan.h"

namespace fovea {

struct ModelCost {
  double forward_flops = 0;   // of one picture; a multiplication and an addition count 2
  double training_flops = 0;  // forward, and the products of backward that are wanted: at most 3 times as many
  int64_t batch = 32;
  // Of a training step of `batch` pictures, in bytes.
  size_t activations = 0;  // outputs of layers, and what backward keeps
  size_t gradients = 0;    // of weights, one set a lane
  size_t scratch = 0;      // of kernels, and copies of weights in other layouts
  size_t weights = 0;
  size_t optimizer = 0;  // two numbers for each weight that trains where nothing is said of its optimizer: Adam's
  size_t training_bytes() const { return activations + gradients + scratch + weights + optimizer; }
};

// A step of training: by the usual loss, or, where the output is no vector of classes, by gradients from outside.
PlanOptions training_step(const Model& model, int64_t batch);

// Plans such a step to see what it books.
ModelCost cost_of(const Model& model, int64_t batch = 32);
// Of the model whose training step that is, with an optimizer of so many slots.
ModelCost cost_of(const Model& model, const Plan& step, int64_t batch, size_t slots);

}  // namespace fovea
