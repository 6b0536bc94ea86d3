// TOML as JSON: tables are objects in the order of the file, dates are refused.
#pragma once

#include <string>
#include <string_view>

#include "fovea/base/json.h"

namespace fovea {

// Throws Error (file) naming `where`, line and column of what is wrong.
Json parse_toml(std::string_view text, const std::string& where);

}  // namespace fovea
