#include "fovea/base/names.h"

#include <algorithm>
#include <cctype>
#include <numeric>

namespace fovea {
namespace {

constexpr size_t kLongest = 100;

// "CIFAR10" is as good as "cifar10".
std::string lower(std::string_view text) {
  std::string plain(text);
  std::transform(plain.begin(), plain.end(), plain.begin(), [](unsigned char c) { return std::tolower(c); });
  return plain;
}

// Insertions, deletions, replacements, and two neighbours swapped ("tarin" is one edit away from "train").
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before, last, row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    before = std::move(last);
    last = row;
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row.back();
}

}  // namespace

std::vector<std::string> nearest_names(std::string_view name, const std::vector<std::string>& known, size_t limit) {
  std::vector<std::pair<size_t, std::string>> found;
  const std::string plain = lower(name);
  const size_t reach = std::max<size_t>(name.size() < 4 ? 1 : 2, name.size() / 3);
  for (const std::string& candidate : known) {
    if (name.size() > kLongest || candidate.size() > kLongest) continue;
    const bool begins = name.size() >= 2 && candidate.starts_with(name);
    // Most are told by their length, without counting edits, which takes long.
    if (!begins && std::max(name.size(), candidate.size()) > std::min(name.size(), candidate.size()) + reach) continue;
    const size_t distance = edit_distance(plain, lower(candidate));
    if (begins || distance <= reach) found.emplace_back(distance, candidate);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> names;
  for (size_t i = 0; i < std::min(limit, found.size()); ++i) names.push_back(found[i].second);
  return names;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& known) {
  const auto names = nearest_names(name, known);
  if (names.empty()) return "";
  std::string text = "; did you mean ";
  for (size_t i = 0; i < names.size(); ++i) text += (i == 0 ? "\"" : i + 1 == names.size() ? " or \"" : ", \"") + names[i] + "\"";
  return text + "?";
}

}  // namespace fovea
