// A model for its readers: Keras 3's table with its cost, JSON, a Graphviz graph; a plan as a table.
#pragma once

#include <string>

#include "fovea/base/json.h"
#include "fovea/model/cost.h"
#include "fovea/model/plan.h"

namespace fovea {

struct SummaryOptions {
  int columns = 80;                  // of the terminal; 80 where there is none
  bool show_trainable = false;       // a column more
  bool expand_nested = false;        // rows for the layers of models inside the model
  int64_t optimizer_parameters = 0;  // counted in a line of their own and in the total, as Keras does after a fit
};

// Keras's table and its lines of parameters, to the character (Keras: utils/summary_utils.py, drawn by rich).
std::string summary_table(const Model& model, const SummaryOptions& options = {});

// The table, and the cost in two lines.
std::string summary_text(Model& model, const SummaryOptions& options = {});
// {"name", "layers": [{"name", "class", "output_shape", "parameters", …}, …], "parameters", "flops", "memory", …}: bytes,
// and operations a picture (cost.h).
Json summary_json(Model& model);
// For Graphviz: a node a layer, an edge an input.
std::string summary_dot(const Model& model);

// Every step with its kernel, rows, bytes and layout, and why each segment ends.
std::string plan_text(const Plan& plan);

// 478.79 KB, 2.81 MB: as Keras prints sizes.
std::string readable_size(double bytes);
// 1.23 GFLOP, 45.60 MFLOP, …
std::string readable_flops(double flops);
// 1,234,567
std::string with_commas(int64_t number);

}  // namespace fovea
