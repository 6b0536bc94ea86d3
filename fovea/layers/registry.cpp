#include "fovea/layers/registry.h"

#include <algorithm>
#include <mutex>

// Written by CMake from layers.list: the includes, and FOVEA_LAYERS(X) with one X(Class) a line.
#include "fovea/layers/layers_list.h"

namespace fovea {
namespace {

struct Entry {
  std::string type;
  LayerMaker maker;
};

// Never destroyed: threads that end late may still make layers.
struct Registry {
  std::mutex mutex;
#define FOVEA_ENTRY(L) {L::kType, layer_from_config<L>},
  std::vector<Entry> entries = {FOVEA_LAYERS(FOVEA_ENTRY)};
#undef FOVEA_ENTRY

  const Entry* find(const std::string& type) const {
    const auto it = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.type == type; });
    return it == entries.end() ? nullptr : &*it;
  }
};
Registry& registry() {
  static Registry& all = *new Registry;
  return all;
}

LayerMaker maker_of(const std::string& type) {
  const std::lock_guard lock(registry().mutex);
  const Entry* entry = registry().find(type);
  return entry == nullptr ? nullptr : entry->maker;
}

}  // namespace

std::vector<std::string> layer_types() {
  const std::lock_guard lock(registry().mutex);
  std::vector<std::string> types;
  for (const Entry& entry : registry().entries) types.push_back(entry.type);
  return types;
}

void register_layer(const std::string& type, LayerMaker maker) {
  const std::lock_guard lock(registry().mutex);
  if (registry().find(type) != nullptr) throw usage_error(type, "there is a layer class of that name");
  registry().entries.push_back({type, maker});
}

std::vector<std::string> ignored_options(const Json& config) {
  // Precision is a property of plans.
  std::vector<std::string> names = {"name", "trainable", "dtype", "data_format", "batch_input_shape", "input_shape", "sparse",
                                    "ragged", "optional", "seed", "synchronized", "autocast", "renorm_momentum", "rng_type"};
  // Keras 2 derives its other convolutions from Conv2D, and writes what they inherit and do not use.
  if (config.contains("groups") && config["groups"] == 1) names.push_back("groups");
  if (config.contains("pointwise_initializer")) names.push_back("kernel_initializer");
  return names;
}

std::shared_ptr<Layer> make_layer(const std::string& type, const Json& config, const std::string& where) {
  const LayerMaker maker = maker_of(type);
  if (maker == nullptr)
    throw usage_error(where, "unknown layer class \"{}\"{}", type, did_you_mean(type, layer_types()));
  if (!config.is_object()) throw usage_error(where, "the config of a {} must be an object (got {})", type, shown(config));
  std::string name;
  bool trainable = true;
  if (config.contains("name") && !config["name"].is_null()) read_field(config["name"], name, where + ": name");
  if (config.contains("trainable") && !config["trainable"].is_null())
    read_field(config["trainable"], trainable, where + ": trainable");
  const std::string place = name.empty() ? where : where + ": " + name;
  Json options = config;
  if (auto it = options.find("data_format"); it != options.end()) {
    if (!it->is_null() && *it != "channels_last")
      throw usage_error(place, "data_format must be \"channels_last\" (got {})", shown(*it));
    options.erase("data_format");
  }
  auto layer = maker(options, place);
  layer->set_name(name);
  layer->set_trainable(trainable);
  return layer;
}

}  // namespace fovea
