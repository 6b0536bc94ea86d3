#include "fovea/zoo/zoo.h"

#include <algorithm>

#include "fovea/base/error.h"
#include "fovea/base/names.h"
#include "fovea/zoo/families.h"
#include "fovea/zoo/tutorial.h"

namespace fovea::zoo {
namespace {

constexpr int64_t kLeastSide = 32;  // of Keras's applications
const Shape kImageNetPicture = {224, 224, 3};
constexpr int64_t kImageNetClasses = 1000;

void add_tutorial(std::vector<Entry>& all) {
  all.insert(all.end(),
             {{"basic", "three convolutions, two of them with max pooling, one dense layer", basic},
              {"max_pool", "two convolutions with max pooling", max_pool},
              {"avg_pool", "two convolutions with average pooling", avg_pool},
              {"global_avg_pool", "two convolutions and the mean of each map", global_avg_pool},
              {"advanced", "five convolutions, batch normalisation and dropout", advanced},
              {"ensemble_1", "first member of the ensemble: two convolutions with max pooling, one dense layer", ensemble_1},
              {"ensemble_2", "second member of the ensemble: four wider convolutions", ensemble_2},
              {"ensemble_3", "third member of the ensemble: four convolutions, batch normalisation", ensemble_3}});
}

void add_small_nets(std::vector<Entry>& all) {
  all.push_back({"fast", "seven convolutions for 32x32, the first one whitens: for --recipe fast", fast});
  all.push_back({"fast_wide", "the same, twice as wide: for --recipe fast_wide", fast_wide});
  for (const int depth : {20, 32, 44, 56})
    all.push_back({fmt::format("resnet{}", depth),
                   fmt::format("{} layers with shortcuts, for 32x32 (He et al. 2015, option A)", depth),
                   [depth](const Options& options) { return small_resnet(options, (depth - 2) / 6); }});
}

void add_families(std::vector<Entry>& all) {
  const auto add = [&](std::string name, std::string description, std::function<Graph(const Options&)> graph) {
    all.push_back({std::move(name), std::move(description), std::move(graph), kImageNetPicture, kImageNetClasses, true});
  };
  add("vgg16", "13 convolutions of 3x3, three dense layers (Simonyan and Zisserman 2014)", vgg16);
  add("vgg19", "16 convolutions of 3x3, three dense layers", vgg19);
  add("resnet50", "bottlenecks with shortcuts (He et al. 2015)", resnet50);
  add("resnet101", "the same, 101 layers deep", resnet101);
  add("resnet152", "the same, 152 layers deep", resnet152);
  add("resnet50v2", "normalisation before every convolution (He et al. 2016)", resnet50v2);
  for (const double alpha : mobilenet_alphas())
    add(alpha == 1 ? "mobilenet" : fmt::format("mobilenet_{:g}", alpha),
        alpha == 1 ? "depthwise and pointwise convolutions (Howard et al. 2017)" : fmt::format("{:g} times as wide", alpha),
        [alpha](const Options& options) { return mobilenet(options, alpha); });
  for (const double alpha : mobilenet_v2_alphas())
    add(alpha == 1 ? "mobilenet_v2" : fmt::format("mobilenet_v2_{:g}", alpha),
        alpha == 1 ? "inverted bottlenecks with shortcuts (Sandler et al. 2018)" : fmt::format("{:g} times as wide", alpha),
        [alpha](const Options& options) { return mobilenet_v2(options, alpha); });
  add("densenet121", "every layer of a block reads all before it (Huang et al. 2016)", densenet121);
  add("efficientnetb0", "inverted bottlenecks whose channels are weighed (Tan and Le 2019)", efficientnetb0);
}

}  // namespace

const std::vector<Entry>& entries() {
  static const std::vector<Entry> all = [] {
    std::vector<Entry> list;
    add_tutorial(list);
    add_small_nets(list);
    add_families(list);
    return list;
  }();
  return all;
}

bool contains(const std::string& name) {
  return std::any_of(entries().begin(), entries().end(), [&](const Entry& entry) { return entry.name == name; });
}

const Entry& entry(const std::string& name) {
  std::vector<std::string> names;
  for (const Entry& entry : entries()) {
    if (entry.name == name) return entry;
    names.push_back(entry.name);
  }
  throw usage_error("model", "unknown architecture (got \"{}\", expected one that `fovea models` lists){}", name,
                    did_you_mean(name, names));
}

Graph graph(const std::string& name, const Options& options) {
  const Entry& found = entry(name);
  Options sized = options;
  if (sized.picture_shape.rank() == 0) sized.picture_shape = found.picture_shape;
  if (sized.classes < 0) sized.classes = found.classes;
  const Shape& shape = sized.picture_shape;
  if (found.family && (shape.rank() != 3 || shape[0] < kLeastSide || shape[1] < kLeastSide))
    throw usage_error(name, "takes larger pictures (got {}, expected at least {}x{})", to_string(shape), kLeastSide, kLeastSide);
  if (!sized.include_top && !found.family) throw usage_error(name, "has no base: Keras's pretrained families alone have one");
  return found.graph(sized);
}

Model make(const std::string& name, const Options& options) { return Model(graph(name, options), options.seed); }

}  // namespace fovea::zoo
