// Architectures as JSON: Keras's own configs, and a short form of them that people write.
//
//   {"name": "small", "input_shape": [28, 28, 1],
//    "layers": [{"Conv2D": {"filters": 8, "kernel_size": 3, "activation": "relu", "name": "stem"}},
//               {"Flatten": {}}, {"Dense": {"units": 10, "activation": "softmax"}}]}
//
// A layer takes the output of the one before it, or those of "inputs": ["name", …]. The last layer is the output,
// unless "output" names another. A list that begins with an InputLayer makes what Keras calls a Functional model.
// "output": ["NAME", …] makes several; the first predicts and is trained, unless "used_output" names another.
// {"Model": {…}} is an architecture as a layer, {"Model": {"use": "NAME", "weights": "FILE", "trainable": false}} one that has
// a name or a file of its own; {"call": "NAME", "inputs": […]} calls a layer once more, with the same
// weights. ["NAME", CALL, OUTPUT] in place of a name means the outputs of a layer's later calls, or a model's others.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "fovea/base/json.h"
#include "fovea/model/model.h"

namespace fovea {

struct ArchitectureOptions {
  // The size of the data's pictures: what a shape that leaves sizes open (null), or no shape at all, is filled with.
  std::optional<Shape> picture_shape = {};
  // The model that {"Model": {"use": NAME, "weights": FILE}} means, for pictures of a shape. Not set: "use" is refused.
  std::function<Model(const std::string& name, const std::string& weights, const Shape& pictures)> use = {};
};

// Reads the short form, and what `to_json()` of Keras 2 and 3 gives for Sequential and Functional models of one input. Throws Error (file) that names `where` for anything else: nothing is guessed, nothing is left out.
Graph read_architecture(const Json& json, const std::string& where, const ArchitectureOptions& options = {});
Graph load_architecture(const std::string& path, const ArchitectureOptions& options = {});
// The same with numbers: those of models that it uses, else drawn by the seed.
Model load_untrained(const std::string& path, uint64_t seed = 0, const ArchitectureOptions& options = {});

// The short form, without what is at its default. read_architecture gives the same graph back.
Json write_short(const Graph& graph);

// What `keras.models.model_from_json` of Keras 3 takes.
Json write_keras(const Graph& graph);
// The form of Keras 2, which both take.
Json write_keras_2(const Graph& graph);

}  // namespace fovea
