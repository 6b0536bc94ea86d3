#include "fovea/layers/registry.h"

#include <functional>
#include <map>

// Written by CMake from layers.list: the includes, and FOVEA_LAYERS(X) with one X(Class) a line.
#include "fovea/layers/layers_list.h"

namespace fovea {
namespace {

// What Keras writes into every config and means nothing here. Precision is a property of plans.
const std::vector<std::string> kIgnored = {"name", "trainable", "dtype", "batch_input_shape", "input_shape", "sparse",
                                           "ragged", "optional", "seed", "synchronized", "autocast", "renorm_momentum"};

template <class L>
std::shared_ptr<Layer> make(const Json& config, const std::string& where) {
  using Options = std::decay_t<decltype(std::declval<L>().get())>;
  return std::make_shared<L>(options_from_json<Options>(config, where, kIgnored));
}

using Maker = std::function<std::shared_ptr<Layer>(const Json&, const std::string&)>;
const std::map<std::string, Maker>& makers() {
#define FOVEA_MAKER(L) {L::kType, make<L>},
  static const std::map<std::string, Maker> all = {FOVEA_LAYERS(FOVEA_MAKER)};
#undef FOVEA_MAKER
  return all;
}

}  // namespace

const std::vector<std::string>& layer_types() {
#define FOVEA_TYPE(L) L::kType,
  static const std::vector<std::string> types = {FOVEA_LAYERS(FOVEA_TYPE)};
#undef FOVEA_TYPE
  return types;
}

std::shared_ptr<Layer> make_layer(const std::string& type, const Json& config, const std::string& where) {
  const auto maker = makers().find(type);
  if (maker == makers().end())
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
  auto layer = maker->second(options, place);
  layer->set_name(name);
  layer->set_trainable(trainable);
  return layer;
}

}  // namespace fovea
