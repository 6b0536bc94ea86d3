#include "fovea/io/model_info.h"

#include "fovea/base/error.h"

namespace fovea {

Json model_info_json(const ModelInfo& info) {
  Json json = Json::object();
  if (!info.class_names.empty()) json["class_names"] = info.class_names;
  if (!info.preprocessing.empty()) json["preprocessing"] = info.preprocessing;
  if (!info.resize.empty()) json["resize"] = info.resize;
  if (!info.interpolation.empty()) json["interpolation"] = info.interpolation;
  if (!info.standardize.is_null()) json["standardize"] = info.standardize;
  json["provenance"] = info.provenance;
  return json;
}

ModelInfo model_info_from_json(const Json& json, const std::string& where, int64_t classes) {
  if (!json.is_object()) throw file_error(where, "cannot be (got {}, expected an object)", shown(json));
  ModelInfo info;
  for (const auto& [key, value] : json.items()) {
    const std::string place = where + ": " + key;
    const auto text = [&] {
      if (!value.is_string()) throw file_error(place, "cannot be (got {}, expected a text)", shown(value));
      return value.get<std::string>();
    };
    if (key == "preprocessing") info.preprocessing = text();
    else if (key == "resize") info.resize = text();
    else if (key == "interpolation") info.interpolation = text();
    else if (key == "provenance" || key == "standardize") {
      if (!value.is_object()) throw file_error(place, "cannot be (got {}, expected an object)", shown(value));
      (key == "provenance" ? info.provenance : info.standardize) = value;
    } else if (key == "class_names") {
      if (!value.is_array()) throw file_error(place, "cannot be (got {}, expected a list of texts)", shown(value));
      for (const Json& name : value) {
        if (!name.is_string()) throw file_error(place, "cannot be (got {}, expected a text)", shown(name));
        info.class_names.push_back(name.get<std::string>());
      }
      if (static_cast<int64_t>(info.class_names.size()) != classes)
        throw file_error(place, "as many names as the model has classes are needed (got {}, expected {})",
                         info.class_names.size(), classes);
    }
  }
  return info;
}

}  // namespace fovea
