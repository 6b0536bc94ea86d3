// A configuration: options of a command in a TOML file, one key an option.
//
//   epochs = 5
//   learning-rate = 0.001      # or learning_rate
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "fovea/base/json.h"

namespace fovea::app {

// Keys with dashes, values as one would type them behind the option; lists joined by commas. Throws Error (file) where
// it is no such file.
std::vector<std::pair<std::string, std::string>> read_config_file(const std::string& path);

// The same as a file: a flat object of texts, numbers and booleans.
std::string to_toml(const Json& options);

}  // namespace fovea::app
