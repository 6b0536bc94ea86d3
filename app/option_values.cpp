#include "app/option_values.h"

#include <algorithm>
#include <sstream>

#include "fovea/base/names.h"

namespace fovea::app {

std::vector<std::string> word_list(const std::string& text) {
  std::vector<std::string> words;
  std::istringstream stream(text);
  for (std::string word; std::getline(stream, word, ',');) words.push_back(word);
  return words;
}

bool parse_flag(const std::string& word, const std::string& where) {
  if (word == "true") return true;
  if (word == "false") return false;
  throw usage_error(where, "cannot be (got {}, expected true or false)", word);
}

void check_choice(const std::string& word, const std::vector<std::string>& choices, const std::string& where) {
  if (choices.empty() || std::find(choices.begin(), choices.end(), word) != choices.end()) return;
  std::string all;
  for (size_t i = 0; i < choices.size(); ++i)
    all += (i == 0 ? "" : i + 1 == choices.size() ? " or " : ", ") + choices[i];
  throw usage_error(where, "unknown value (got \"{}\", expected {}){}", word, all, did_you_mean(word, choices));
}

bool in_range(double value, const OptionText& text) {
  return (text.above_least ? value > text.least : value >= text.least) &&
         (text.below_most ? value < text.most : value <= text.most);
}

Error not_in_range(const std::string& word, const OptionText& text, const char* kind, const std::string& where) {
  std::string range = kind;
  const bool low = std::isfinite(text.least), high = std::isfinite(text.most);
  if (low) range += fmt::format(" {} {}", text.above_least ? "above" : "of at least", text.least);
  if (high)
    range += fmt::format("{} {} {}", low ? " and" : "", text.below_most ? "below" : "of at most",
                         text.most >= 1e6 ? fmt::format("{:.0f}", text.most) : fmt::format("{}", text.most));
  return usage_error(where, "cannot be (got {}, expected {})", word.empty() ? "\"\"" : word, range);
}

}  // namespace fovea::app
