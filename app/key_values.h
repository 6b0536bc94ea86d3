// An option whose value is options by name: `--early-stopping monitor=val_loss,patience=5`. A list goes on behind its
// commas: `boundaries=100,200,values=0.1,0.05,0.01`.
#pragma once

#include <string>

#include "fovea/base/fields.h"

namespace fovea::app {

// The pairs as JSON: numbers, true and false, texts, lists. Throws Error (usage) naming `where`.
Json parse_key_values(const std::string& text, const std::string& where);

// Such pairs as an options struct: what is not named keeps what `options` holds; keys that it has not are refused with
// near misses.
template <class Options>
Options pairs_as(const Json& pairs, const std::string& where, Options options = {}) {
  FieldReader reader(pairs, where);
  options.fields(reader);
  const std::vector<std::string>& known = reader.known();
  for (const auto& [key, value] : pairs.items())
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      std::string all;
      for (const std::string& name : known) all += (all.empty() ? "" : ", ") + name;
      throw usage_error(where, "unknown key \"{}\" (expected {}){}", key, all, did_you_mean(key, known));
    }
  return options;
}
template <class Options>
Options key_values_as(const std::string& text, const std::string& where, Options options = {}) {
  return pairs_as(parse_key_values(text, where), where, std::move(options));
}

}  // namespace fovea::app
