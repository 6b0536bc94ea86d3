#include "app/faithfulness_table.h"

#include <algorithm>

#include "app/option_values.h"
#include "fovea/explain/faithfulness.h"

namespace fovea::app {
namespace {

const std::vector<std::string> kMeasures = {"insertion", "deletion", "average_drop"};

}  // namespace

FaithfulnessTable::FaithfulnessTable(std::vector<std::string> measures, const std::vector<explain::Method>& methods)
    : measures_(std::move(measures)), methods_(methods), pictures_(methods.size()) {
  for (const std::string& measure : measures_) check_choice(measure, kMeasures, "--measure");
  sums_.assign(methods.size(), std::vector<double>(measures_.size()));
}

double FaithfulnessTable::measured(const std::string& measure, explain::Network& network, std::span<const float> picture,
                                   const explain::Map& map, int class_index) const {
  if (measure == "insertion") return explain::insertion(network, picture, explain::blurred(picture, network.picture_shape()), map, class_index).area;
  if (measure == "deletion") return explain::deletion(network, picture, std::vector<float>(picture.size()), map, class_index).area;
  return explain::average_drop(network, picture, map, class_index);
}

void FaithfulnessTable::add(size_t method, explain::Network& network, std::span<const float> pictures,
                            const std::vector<explain::Explanation>& explanations) {
  const Shape& shape = network.picture_shape();
  const auto elements = static_cast<size_t>(shape.elements());
  for (size_t i = 0; i < explanations.size(); ++i) {
    const explain::Map map = explain::resized(explanations[i].map, shape[0], shape[1]);
    for (size_t k = 0; k < measures_.size(); ++k)
      sums_[method][k] += measured(measures_[k], network, pictures.subspan(i * elements, elements), map, explanations[i].class_index);
  }
  pictures_[method] += static_cast<int64_t>(explanations.size());
}

Json FaithfulnessTable::json() const {
  Json rows = Json::array();
  for (size_t m = 0; m < methods_.size(); ++m) {
    Json row = {{"method", methods_[m].name}, {"pictures", pictures_[m]}};
    for (size_t k = 0; k < measures_.size(); ++k) row[measures_[k]] = sums_[m][k] / static_cast<double>(std::max<int64_t>(pictures_[m], 1));
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string FaithfulnessTable::text() const {
  std::string text = fmt::format("{:22}", "method");
  for (const std::string& measure : measures_) text += fmt::format("  {:>14}", measure);
  text += fmt::format("  {:>8}\n", "pictures");
  for (size_t m = 0; m < methods_.size(); ++m) {
    text += fmt::format("{:22}", methods_[m].title);
    for (const double sum : sums_[m]) text += fmt::format("  {:>14.4f}", sum / static_cast<double>(std::max<int64_t>(pictures_[m], 1)));
    text += fmt::format("  {:>8}\n", pictures_[m]);
  }
  text += "\n";
  for (const std::string& measure : measures_) {
    if (measure == "insertion") text += "insertion: area under the probability while pixels come into the blurred picture; higher is better\n";
    if (measure == "deletion") text += "deletion: area under the probability while pixels are set to 0; lower is better\n";
    if (measure == "average_drop") text += "average_drop: share of the probability lost where the picture is seen through the map; lower is better\n";
  }
  return text;
}

}  // namespace fovea::app
