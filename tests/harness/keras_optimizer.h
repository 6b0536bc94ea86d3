// An optimizer as keras.optimizers.serialize describes it: the options are Keras's own.
#pragma once

#include <string>

#include "fovea/base/fields.h"
#include "fovea/train/optimizer.h"

namespace fovea {

inline OptimizerOptions keras_optimizer(const Json& keras, const std::string& where) {
  Json config = keras.at("config");
  config["name"] = keras.at("class_name");  // there it is an instance's: "adam_3"
  return options_from_json<OptimizerOptions>(config, where);
}

}  // namespace fovea
