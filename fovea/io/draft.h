// An architecture as a file has it: classes, configs and names, not yet checked against one another.
//
// Readers of each form make a draft; assemble() makes a graph of it. What all forms have in common is here: names,
// order, open sizes, limits.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fovea/io/architecture.h"

namespace fovea {

struct Draft;

// An output of a layer's call.
struct TensorRef {
  std::string layer;
  int call = 0, output = 0;
  bool operator==(const TensorRef&) const = default;
};

struct DraftCall {
  std::vector<TensorRef> inputs;
  std::optional<bool> training = {};  // fixed in the call, layer(x, training=…)
  bool follows = false;               // takes the layer before instead
};

struct DraftLayer {
  std::string type;
  Json config = Json::object();                // as make_layer takes it; a name in it is ignored
  std::string name;                            // empty: automatic
  std::optional<std::vector<DraftCall>> calls;  // none: one, of the layer before
  std::string where;                           // for messages
  bool by_hand = false;                        // of the short form, not written by Keras
  std::shared_ptr<Draft> model;                // that stands as this layer, or
  std::string use, weights;                    // a model that has a name or a file: ArchitectureOptions::use
  bool trainable = true;                       // of that
  int first_call = 0;                          // the number by which references mean the first
};

struct Draft {
  std::string name;
  bool sequential = true;
  bool trainable = true;           // false: none of its layers is
  std::string input_name;          // empty: automatic
  Json input_shape;                // sizes without the batch, null where open; null: left to the data
  std::vector<DraftLayer> layers;  // without the input layer
  std::vector<TensorRef> outputs;  // none: the last layer
  TensorRef used_output;           // the one that predicts and is trained; no layer: the first
  TensorRef training_output;       // what is trained where that is another one; no layer: it is not
};

// A form's reader: the draft of a config that has the form's marks.
Draft read_short_draft(const Json& json, const std::string& where);
Draft read_keras_draft(const Json& json, const std::string& where);
// ["layer", call, output], as all of them write references.
TensorRef read_reference(const Json& json, const std::string& where);

// Models that a graph has in it as layers, by their paths there: their numbers are not the graph's.
using UsedModels = std::vector<std::pair<std::string, Model>>;

Graph assemble(Draft draft, const std::string& where, const ArchitectureOptions& options, UsedModels& used);

// A member of an object; null where there is none, or where `json` is no object.
const Json* member(const Json& json, const char* key);
// A member that must be a text.
std::string text_member(const Json& json, const char* key, const std::string& where);
// The sizes behind the batch of [null, 32, 32, 3]; null where `shape` is null or absent.
Json without_batch(const Json* shape, const std::string& where);

}  // namespace fovea
