#include "fovea/zoo/zoo.h"

#include <algorithm>

#include "fovea/base/error.h"
#include "fovea/base/names.h"
#include "fovea/zoo/tutorial.h"

namespace fovea::zoo {

const std::vector<Entry>& entries() {
  static const std::vector<Entry> all = {
      {"basic", "three convolutions, two of them with max pooling, one dense layer", basic},
      {"max_pool", "two convolutions with max pooling", max_pool},
      {"avg_pool", "two convolutions with average pooling", avg_pool},
      {"global_avg_pool", "two convolutions and the mean of each map", global_avg_pool},
      {"advanced", "five convolutions, batch normalisation and dropout", advanced},
      {"ensemble_1", "first member of the ensemble: two convolutions with max pooling, one dense layer", ensemble_1},
      {"ensemble_2", "second member of the ensemble: four wider convolutions", ensemble_2},
      {"ensemble_3", "third member of the ensemble: four convolutions, batch normalisation", ensemble_3}};
  return all;
}

bool contains(const std::string& name) {
  return std::any_of(entries().begin(), entries().end(), [&](const Entry& entry) { return entry.name == name; });
}

Model make(const std::string& name, const Options& options) {
  std::vector<std::string> names;
  for (const Entry& entry : entries()) {
    if (entry.name == name) return entry.make(options);
    names.push_back(entry.name);
  }
  throw usage_error("model", "unknown architecture (got \"{}\", expected one that `fovea models` lists){}", name,
                    did_you_mean(name, names));
}

}  // namespace fovea::zoo
