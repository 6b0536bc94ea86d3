// What belongs to a model beside its layers and numbers, as JSON: for files of other programs' formats.
#pragma once

#include <string>

#include "fovea/base/json.h"
#include "fovea/model/model.h"

namespace fovea {

// {"class_names": […], "preprocessing": "unit", "resize": …, "interpolation": …, "standardize": {…}, "provenance": {…}},
// without what is not recorded, and without the numbers of statistics.
Json model_info_json(const ModelInfo& info);
// Throws Error (file) naming `where`; names must be as many as the model has classes.
ModelInfo model_info_from_json(const Json& json, const std::string& where, int64_t classes);

}  // namespace fovea
