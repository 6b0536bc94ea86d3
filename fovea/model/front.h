// The part of a model that gives the same for a picture every time while the model trains, because nothing in it trains
// or is random: it needs to be computed once a picture.
#pragma once

#include "fovea/model/graph.h"

namespace fovea {

// The node behind the largest such front: what comes behind it and leads to what the model predicts, or is trained by,
// reads nothing before it. 0, the input, where there is none.
int frozen_front(const Graph& graph);

}  // namespace fovea
