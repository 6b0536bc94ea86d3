// What a search is over, as a file says it: a model in which values may be "$NAME", parameters, and options of the training.
//
//   {"model": {"layers": [{"Conv2D": {"filters": "$filters", "kernel_size": 3}},
//                         {"BatchNormalization": {"when": {"batch_norm": [true]}}}, …]},
//    "options": {"epochs": 20, "augment": "rotation_range=$rotation"},
//    "parameters": {"filters": {"type": "int", "min": 32, "max": 128, "step": 32}, …}}
#pragma once

#include <set>
#include <string>
#include <vector>

#include "fovea/tune/space.h"

namespace fovea::tune {

struct SearchSpace {
  std::string name;                   // of the file, without its extension
  Json model;                         // a text: MODEL; an object: an architecture in the short form
  Json options = Json::object();      // of the training: texts, numbers, booleans
  Json parameters = Json::object();   // as they are written
  Json input_shape = nullptr;         // of an architecture that says none
  int64_t classes = 0;                // what $classes is; 0: the data's number
  bool keras = false;                 // "compat": "keras"

  Json to_json() const;
  static SearchSpace from_json(const Json& json, const std::string& name);

  // The parameters; conditions may ask for these options too. Throws Error (usage) for what is wrong with them, or where the
  // model or an option names what is none of them.
  Space space(const Json& options) const;
  // Parameters that the model or an option makes use of.
  std::set<std::string> used() const;
  // $classes is used, and the data shall say what it is.
  bool asks_for_classes() const { return classes == 0 && used().contains("classes"); }

  // With values in their places, and without what is not there by its "when". Throws Error (usage) where a value is needed
  // that is not there.
  Json model_with(const Space& space, const Values& values) const;
  Json options_with(const Space& space, const Values& values) const;
};

// FILE.json or FILE.toml; "tutorial" is the tutorial's. Throws Error (file) for what cannot be read, (usage) for what is wrong.
SearchSpace load_search_space(const std::string& path);

}  // namespace fovea::tune
