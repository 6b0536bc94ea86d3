// The mean of models' weights: of snapshots of one training (Izmailov et al. 2018, "Averaging weights leads to wider optima and
// better generalization"), or of fine-tunings that share a start (Wortsman et al. 2022, "Model soups").
#pragma once

#include <string>
#include <vector>

#include "fovea/model/model.h"

namespace fovea::ensemble {

// The first model with the mean of all models' parameters, weighted (empty: equally). Statistics of batch normalisation are
// averaged too and are not right for the mean of weights: renew_statistics (train/renew_statistics.h) makes them anew.
// Throws Error (usage) where a model has other parameters than the first; `names` are for that.
Model averaged_model(const std::vector<const Model*>& models, const std::vector<double>& weights, const std::vector<std::string>& names);

}  // namespace fovea::ensemble
