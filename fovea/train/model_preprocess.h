// How pictures are prepared for a model that may not say so itself.
#pragma once

#include <string>

#include "fovea/data/preprocess.h"
#include "fovea/model/model.h"

namespace fovea {

struct PreprocessChoice {
  Preprocess preprocess = Preprocess::unit;
  std::string reason;  // "recorded in the model", …
};

// `wanted` (empty: nothing was) wins, then what the model records; else numbers go in as they are where the model
// begins by scaling them itself; else x / 255.
PreprocessChoice choose_preprocess(const Model& model, const std::string& wanted = "");

}  // namespace fovea
