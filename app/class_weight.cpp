#include "app/class_weight.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "app/option_values.h"
#include "fovea/base/names.h"

namespace fovea::app {
namespace {

struct ClassWeight {
  std::string name;
  float weight = 1;
};

std::vector<ClassWeight> parse(const std::string& text, const std::string& where) {
  std::vector<ClassWeight> weights;
  std::istringstream words(text);
  for (std::string word; std::getline(words, word, ',');) {
    const size_t colon = word.rfind(':');
    if (colon == std::string::npos || colon == 0)
      throw usage_error(where, "cannot be (got \"{}\", expected balanced or CLASS:WEIGHT,…)", word);
    weights.push_back({word.substr(0, colon), parse_real<float>(word.substr(colon + 1), {.least = 0}, where)});
  }
  return weights;
}

// By name, else by number.
size_t class_of(const std::string& word, const std::vector<std::string>& names, const std::string& where) {
  const auto at = std::find(names.begin(), names.end(), word);
  if (at != names.end()) return static_cast<size_t>(at - names.begin());
  size_t index = 0;
  const auto [stop, code] = std::from_chars(word.data(), word.data() + word.size(), index);
  if (code == std::errc() && stop == word.data() + word.size() && index < names.size()) return index;
  throw usage_error(where, "there is no such class (got \"{}\", expected a name or 0 to {}){}", word, names.size() - 1,
                    did_you_mean(word, names));
}

std::vector<float> balanced(size_t classes, const Examples& examples) {
  std::vector<int64_t> counts(classes);
  for (int64_t i = 0; i < examples.size(); ++i) ++counts[static_cast<size_t>(examples.label(i))];
  std::vector<float> weights(classes, 1);
  for (size_t c = 0; c < classes; ++c)
    if (counts[c] > 0)
      weights[c] = static_cast<float>(static_cast<double>(examples.size()) / static_cast<double>(static_cast<int64_t>(classes) * counts[c]));
  return weights;
}

}  // namespace

void check_class_weight(const std::string& text, const std::string& where) {
  if (text != "balanced") parse(text, where);
}

std::vector<float> class_weights(const std::string& text, const std::vector<std::string>& names, const Examples& examples,
                                 const std::string& where) {
  if (text == "balanced") return balanced(names.size(), examples);
  std::vector<float> weights(names.size(), 1);
  for (const ClassWeight& given : parse(text, where)) weights[class_of(given.name, names, where)] = given.weight;
  return weights;
}

}  // namespace fovea::app
