// How pictures are prepared for a model that may not say so itself.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "fovea/data/preprocess.h"
#include "fovea/data/resizing.h"
#include "fovea/data/standardize.h"
#include "fovea/model/model.h"

namespace fovea {

struct PreprocessChoice {
  Preprocess preprocess = Preprocess::unit;
  std::string reason;  // "recorded in the model", …
};

// `wanted` (empty: nothing was) wins, then what the model records; else numbers go in as they are where the model
// begins by scaling them itself; a model of Teachable Machine and Keras's pretrained families, which are told by their
// layers' names, have their own; else x / 255.
PreprocessChoice choose_preprocess(const Model& model, const std::string& wanted = "");

// What the pretrained family that the model's layers are known by expects; nothing of other models.
std::optional<PreprocessChoice> family_preprocess(const Model& model);

// How pictures are brought to size for a model that records nothing: stretched as in Keras, or as Teachable Machine does,
// the middle square by Pillow's Lanczos filter.
Resizing usual_resizing(const Model& model);

// What a model records of how pictures are standardized; null where it records nothing. Throws Error (file) for what
// cannot be.
std::shared_ptr<const Standardize> recorded_standardize(const Model& model);
void record_standardize(const Standardize& standardize, Model& model);

}  // namespace fovea
