// An option whose value is options by name: `--early-stopping monitor=val_loss,patience=5`. A list goes on behind its
// commas: `boundaries=100,200,values=0.1,0.05,0.01`.
#pragma once

#include <string>

#include "fovea/base/fields.h"

namespace fovea::app {

// The pairs as JSON: numbers, true and false, texts, lists. Throws Error (usage) naming `where`.
Json parse_key_values(const std::string& text, const std::string& where);

// The same for an options struct: what is not named keeps what `options` holds; keys that it has not are refused with near
// misses.
template <class Options>
Options key_values_as(const std::string& text, const std::string& where, Options options = {}) {
  const Json json = parse_key_values(text, where);
  FieldReader reader(json, where);
  options.fields(reader);
  const std::vector<std::string>& known = reader.known();
  for (const auto& [key, value] : json.items())
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      std::string all;
      for (const std::string& name : known) all += (all.empty() ? "" : ", ") + name;
      throw usage_error(where, "unknown key \"{}\" (expected {}){}", key, all, did_you_mean(key, known));
    }
  return options;
}

}  // namespace fovea::app
