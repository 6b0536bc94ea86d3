#include "fovea/report/picture_choice.h"

#include <algorithm>

#include "fovea/report/metrics.h"

namespace fovea {

std::vector<int64_t> chosen_pictures(std::span<const float> table, int64_t classes, std::span<const int32_t> labels,
                                     const PictureChoiceOptions& options) {
  const std::vector<int32_t> predicted = predicted_classes(table, classes);
  const auto confidence = [&](int64_t i) { return table[static_cast<size_t>(i * classes + predicted[static_cast<size_t>(i)])]; };
  std::vector<int64_t> chosen;
  std::vector<std::vector<int64_t>> right(static_cast<size_t>(classes));
  for (size_t i = 0; i < labels.size(); ++i) {
    if (predicted[i] != labels[i]) chosen.push_back(static_cast<int64_t>(i));
    else right[static_cast<size_t>(labels[i])].push_back(static_cast<int64_t>(i));
  }
  std::stable_sort(chosen.begin(), chosen.end(), [&](int64_t a, int64_t b) { return confidence(a) > confidence(b); });
  if (static_cast<int64_t>(chosen.size()) > options.mistakes) chosen.resize(static_cast<size_t>(options.mistakes));
  const int64_t a_class = std::min(options.right_of_a_class, std::max<int64_t>(options.right / std::max<int64_t>(classes, 1), 1));
  int64_t room = options.right;
  for (auto& pictures : right) {
    std::stable_sort(pictures.begin(), pictures.end(), [&](int64_t a, int64_t b) { return confidence(a) < confidence(b); });
    const auto count = static_cast<int64_t>(pictures.size()), wanted = std::min({a_class, count, room}), least = (wanted + 1) / 2;
    chosen.insert(chosen.end(), pictures.begin(), pictures.begin() + least);
    for (int64_t k = 0; k < wanted - least; ++k)
      chosen.push_back(pictures[static_cast<size_t>(least + (k + 1) * (count - least) / (wanted - least) - 1)]);
    room -= wanted;
  }
  return chosen;
}

}  // namespace fovea
