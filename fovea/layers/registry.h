// Makes layers from Keras's class names and configs: those of layers.list, and classes that are added while the program
// runs.
#pragma once

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "fovea/layers/layer.h"

namespace fovea {

// All class names: those of layers.list in its order, then those registered since.
std::vector<std::string> layer_types();

// A layer from its class name and Keras-style config (name and trainable included). Throws Error (usage) naming `where`.
std::shared_ptr<Layer> make_layer(const std::string& type, const Json& config, const std::string& where);

// Makes a layer from its config without name and trainable; throws Error (usage) naming `where`.
using LayerMaker = std::shared_ptr<Layer> (*)(const Json& config, const std::string& where);

// Adds a class: architectures and models in files may name it from now on. Throws Error (usage) where there is one of
// that name. May be called, as all of this file, from any thread.
void register_layer(const std::string& type, LayerMaker maker);

// What Keras writes into a config and means nothing here.
std::vector<std::string> ignored_options(const Json& config);

// Makes a class derived from LayerOf.
template <class L>
std::shared_ptr<Layer> layer_from_config(const Json& config, const std::string& where) {
  using Options = std::decay_t<decltype(std::declval<L>().get())>;
  return std::make_shared<L>(options_from_json<Options>(config, where, ignored_options(config)));
}

// Adds a class derived from LayerOf under its kType.
template <class L>
void register_layer() {
  register_layer(L::kType, layer_from_config<L>);
}

}  // namespace fovea
