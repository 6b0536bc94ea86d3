#include "fovea/zoo/zoo.h"

#include <algorithm>

#include "fovea/base/names.h"
#include "fovea/zoo/tutorial.h"

namespace fovea::zoo {
namespace {

struct Maker {
  Entry entry;
  Model (*make)(const Options&);
};

const std::vector<Maker>& makers() {
  static const std::vector<Maker> all = {
      {{"basic", "3 convolutions with max pooling, 1 dense layer"}, basic},
      {{"max_pool", "2 convolutions with max pooling"}, max_pool},
      {{"avg_pool", "2 convolutions with average pooling"}, avg_pool},
      {{"global_avg_pool", "2 convolutions, the mean of each map"}, global_avg_pool},
      {{"advanced", "5 convolutions and a dense layer with batch normalisation and dropout"}, advanced},
      {{"ensemble_1", "2 convolutions with max pooling, 1 dense layer"}, ensemble_1},
      {{"ensemble_2", "4 wide convolutions with max pooling, 1 dense layer"}, ensemble_2},
      {{"ensemble_3", "4 convolutions with max pooling and batch normalisation, 1 dense layer"}, ensemble_3}};
  return all;
}

const Maker* find(const std::string& name) {
  const auto at = std::find_if(makers().begin(), makers().end(), [&](const Maker& m) { return m.entry.name == name; });
  return at == makers().end() ? nullptr : &*at;
}

}  // namespace

const std::vector<Entry>& entries() {
  static const std::vector<Entry> all = [] {
    std::vector<Entry> list;
    for (const Maker& maker : makers()) list.push_back(maker.entry);
    return list;
  }();
  return all;
}

bool has(const std::string& name) { return find(name) != nullptr; }

Model make(const std::string& name, const Options& options) {
  if (const Maker* maker = find(name)) return maker->make(options);
  std::vector<std::string> known;
  for (const Entry& entry : entries()) known.push_back(entry.name);
  std::string near = did_you_mean(name, known);
  if (near.empty()) {
    near = "; there are ";
    for (size_t i = 0; i < known.size(); ++i) near += (i == 0 ? "" : ", ") + known[i];
  }
  throw usage_error("model", "unknown architecture \"{}\"{}", name, near);
}

}  // namespace fovea::zoo
