// Models in files of the native format: safetensors that any reader of safetensors opens.
//
//   tensors   named and shaped as in Keras, float32: "conv2d/kernel" (3, 3, 3, 32)
//             "__standardize__/mean", …: statistics of what is done to pictures; no weights
//   metadata  format          "fovea"
//             format_version  "1"
//             config          the architecture as JSON, as Keras 3 writes it (architecture.h)
//             picture_shape   a JSON list, the size that the model was made for; absent where config leaves none open
//             class_names     a JSON list of texts; absent where not recorded
//             preprocessing   "unit", "caffe", …; absent where not recorded
//             standardize     a JSON object of data/standardize.h's options; absent where nothing is done
//             provenance      a JSON object: data, seed, epochs, version
#pragma once

#include <string>

#include "fovea/formats/safetensors.h"
#include "fovea/io/tensor_match.h"
#include "fovea/model/model.h"

namespace fovea {

// Written whole or not at all.
void save_model(const Model& model, const std::string& path);
// The same file, not written yet: a copy that the model does not change any more.
SafetensorsImage model_image(const Model& model);

// Throws Error (file) where anything is not as above. Tensors that are missing, unexpected or of another shape are
// listed in its details, before any memory is booked for the model.
Model load_model(const std::string& path);
Model read_model(const Safetensors& file);

// Whether a safetensors file says that it is one of these; others hold tensors alone.
bool is_native_model(const std::string& path);

// The tensors of a native file, or of any safetensors file with these names, into a model of this architecture: all of
// them, with `by_name` those of the layers that both have, or none. Returns how many.
int load_weights(Model& model, const std::string& path, const LoadWeightsOptions& options = {});

}  // namespace fovea
