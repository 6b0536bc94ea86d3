// A model as a table, as Keras 3's `model.summary()` prints it, with its cost; as JSON; as a Graphviz graph.
#pragma once

#include <string>

#include "fovea/base/json.h"
#include "fovea/model/model.h"
#include "fovea/model/plan.h"

namespace fovea {

struct SummaryOptions {
  int columns = 80;  // of the terminal; 80 where there is none
};

// Keras's table and its three lines of parameters, to the character (Keras: utils/summary_utils.py, drawn by rich).
std::string summary_table(const Model& model, const SummaryOptions& options = {});

// What one picture and one training step cost.
struct ModelCost {
  double forward_flops = 0;   // of one picture; a multiplication and an addition count 2
  double training_flops = 0;  // forward, and the two products of backward where they are wanted
  int64_t batch = 32;
  size_t training_bytes = 0;  // of a step of `batch` pictures with Adam: activations, gradients, weights, state
};
ModelCost cost_of(Model& model);

// The table, and the cost in two lines.
std::string summary_text(Model& model, const SummaryOptions& options = {});
Json summary_json(Model& model);
std::string summary_dot(const Model& model);

// A plan as a table: every step with its kernel, rows, bytes and layout, and why each segment ends.
std::string plan_text(const Plan& plan);

// 478.79 KB, 2.81 MB: as Keras prints sizes.
std::string readable_size(double bytes);
// 1,234,567
std::string with_commas(int64_t number);

}  // namespace fovea
