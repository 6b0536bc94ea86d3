#include "app/front_features.h"

#include <algorithm>
#include <chrono>

#include "app/interrupt.h"
#include "app/numbers.h"
#include "fovea/base/memory.h"
#include "fovea/model/front.h"
#include "fovea/model/summary.h"

namespace fovea::app {
namespace {

double front_flops(const Graph& graph, int node) {
  double flops = 0;
  for (int n = 0; n <= node; ++n) flops += graph.node(n).layer->flops(graph.node(n).input_shapes, graph.node(n).shape);
  return flops;
}

// What the features in a file follow from, besides the front.
std::string source_of(const FrontPictures& pictures, const ModelInfo& info, const std::string& split, int64_t copies) {
  Json source = {{"data", pictures.data},
                 {"split", split},
                 {"preprocess", to_string(pictures.rules.preprocess)},
                 {"resize", to_string(pictures.rules.resizing.resize)},
                 {"interpolation", to_string(pictures.rules.resizing.interpolation)},
                 {"standardize", info.standardize}};
  for (const auto& [name, numbers] : info.statistics) {
    const auto values = numbers->values<float>();
    const PictureHash hash = hash_of(Bytes(reinterpret_cast<const uint8_t*>(values.data()), values.size_bytes()));
    source["statistics"][name] = {hash.high, hash.low};
  }
  if (copies > 0) source["augment"] = to_string(pictures.augmented->options());
  return source.dump();
}

void stop_if_interrupted(int64_t, int64_t) {
  if (InterruptGuard::interrupted()) throw Error(ErrorKind::interrupted, "features", "stopped by Ctrl-C");
}

}  // namespace

int FrontFeatures::node(const Graph& graph, bool augmented) const {
  if (arguments_.front_features == "off") return 0;
  const int node = frozen_front(graph);
  if (node == 0 || front_flops(graph, node) == 0) return 0;
  if (augmented && (arguments_.augment_copies == 0 || arguments_.exact_train_metrics)) return 0;
  return node;
}

void FrontFeatures::forget() {
  train_.reset();
  validation_.reset();
}

void FrontFeatures::keep(Model& model, Trainer& trainer, const FrontPictures& pictures) {
  forget();
  const Graph& graph = model.graph();
  const bool augmented = pictures.augmented != nullptr;
  const int node = this->node(graph, augmented), front = frozen_front(graph);
  if (node == 0) {
    if (front > 0 && augmented && front_flops(graph, front) > 0 && arguments_.front_features != "off")
      console_.note("augmentation comes before the frozen front ({}): its features are computed every time{}", graph.node(front).layer->name(),
                    arguments_.exact_train_metrics ? "" : "; --augment-copies K keeps those of K draws");
    return;
  }
  const int64_t copies = augmented ? arguments_.augment_copies : 0;
  const FeatureSize train = FeatureExamples::size_of(*pictures.train, model, node, copies);
  uint64_t bytes = train.bytes();
  if (pictures.validation != nullptr) bytes += FeatureExamples::size_of(*pictures.validation, model, node, 0).bytes();
  const bool fits = static_cast<double>(bytes) <= available_memory() / 2;
  const bool disk = arguments_.front_features == "disk" || (arguments_.front_features == "auto" && !fits);
  const CacheFolder cache;
  const auto make = [&](std::optional<FeatureExamples>& features, const Examples& examples, int64_t draws, const std::string& split) {
    features.emplace(examples, model, node, trainer.pool(),
                     FeatureOptions{.copies = draws,
                                    .seed = arguments_.common.seed,
                                    .lanes = trainer.lanes(std::min(arguments_.batch_size, pictures.train->size())),
                                    .folder = disk ? &cache : nullptr,
                                    .source = disk ? source_of(pictures, model.info, split, draws) : "",
                                    .progress = stop_if_interrupted});
  };
  try {
    const auto begin = std::chrono::steady_clock::now();
    if (augmented) make(train_, *pictures.augmented, copies, "train");
    else make(train_, *pictures.train, copies, "train");
    if (pictures.validation != nullptr) make(validation_, *pictures.validation, 0, "validation");
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    console_.note("all up to {} is frozen: its {} numbers a picture{} ({} in all) {} {}", graph.node(node).layer->name(), grouped(train.floats),
                  copies > 0 ? fmt::format(", of {} draws each,", copies) : "", readable_size(static_cast<double>(bytes)),
                  train_->was_found() ? "were found in" : fmt::format("took {} and are kept in", duration(seconds)),
                  disk ? cache.path() : "memory");
  } catch (const Error& error) {
    forget();
    if (error.kind() == ErrorKind::interrupted) return;
    if (error.kind() != ErrorKind::file || arguments_.front_features == "disk") throw;
    console_.note("features of the frozen front are computed every time: {}", error.what());
  }
}

}  // namespace fovea::app
