// Makes plans: passes over a copy of the model's graph, steps from its layers, places for every buffer, calls.
#pragma once

#include <memory>

#include "fovea/model/plan.h"

namespace fovea {

// How a batch is cut: pictures a lane, and pictures a tile in each lane. A constant of (batch, lanes, tile): the same for
// any number of threads, so that sums are added in the same order.
struct Tiling {
  std::vector<std::vector<int64_t>> lanes;

  static Tiling of(int64_t batch, int lanes, int64_t tile);
};

// Lanes for a batch on this machine: one a core, each with four pictures or more.
int default_lanes(int64_t batch);

// Throws Error (usage) where the model and the options do not fit. Decides the homes of parameters that have none yet.
std::unique_ptr<Plan> make_plan(const Graph& graph, Parameters& parameters, const PlanOptions& options);

}  // namespace fovea
