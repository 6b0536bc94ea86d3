// Moving statistics of batch normalisation for weights that no training led to.
#pragma once

#include "fovea/train/examples.h"
#include "fovea/train/trainer.h"

namespace fovea {

struct RenewOptions {
  int64_t batch_size = 32;
  int threads = 0, lanes = 0;
  uint64_t seed = 0;
};

// Sees as many batches as leave a thousandth of what the statistics were before, whole passes over the examples, as a
// training does; weights stay. Returns the number of batches: 0 where the model has no such statistics.
int64_t renew_statistics(Model& model, const Examples& examples, const RenewOptions& options = {});

}  // namespace fovea
