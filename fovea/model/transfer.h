// A new head on a trained base: transfer learning.
#pragma once

#include <string>

#include "fovea/model/model.h"

namespace fovea {

struct TransferOptions {
  // Layers behind the base, by comma: gap and gmp (global average and max pooling), flatten, dense:UNITS[:ACTIVATION] (relu
  // unless said), dropout:RATE, bn. A softmax layer for the classes follows them.
  std::string head = "gap";
  int64_t classes = 10;
  uint64_t seed = 0;  // of the head's initial weights
};

// The base as a model inside a model, with its weights, and the head behind it: Sequential([base, …]) in Keras. Throws Error
// (usage) for a head that cannot be read, or that does not leave one number a class.
Model transfer(const Model& base, const TransferOptions& options);

// What the model's classes are told from: all that comes before the last flattening or global pooling that is on the one
// way to the output. The model itself where its output has rows and columns still. Throws Error (usage) where there is no
// such layer, or where it lies in the midst of a model inside the model.
Model without_top(Model model);

}  // namespace fovea
