// A study as the report page takes it.
#pragma once

#include <string>

#include "fovea/base/json.h"

namespace fovea::app {

// {"study", "algorithm", "objective", "mode": "max" or "min", "parameters": [names], "trials": [in the order they were begun],
// "importance": [[name, share]], "importance_method"}. Throws Error (file) where the folder is no study's.
Json study_data(const std::string& folder);

}  // namespace fovea::app
