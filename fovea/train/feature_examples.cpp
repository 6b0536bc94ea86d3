#include "fovea/train/feature_examples.h"

#include <algorithm>
#include <cstring>

#include "fovea/io/architecture.h"
#include "fovea/io/tensor_match.h"
#include "fovea/kernels/cpu.h"
#include "fovea/model/runner.h"

namespace fovea {
namespace {

constexpr int64_t kBatch = 64;  // pictures at a time

// Rows of examples, copy after copy.
class SourceFeed final : public kernels::Feed {
 public:
  using Read = std::function<void(int64_t row, float* dst)>;
  SourceFeed(int64_t first, int64_t floats, Read read) : first_(first), floats_(floats), read_(std::move(read)) {}
  void pictures(int64_t row, int64_t rows, float* dst) const override {
    for (int64_t i = 0; i < rows; ++i) read_(first_ + row + i, dst + i * floats_);
  }

 private:
  int64_t first_, floats_;
  Read read_;
};

// What features follow from: the front's layers and weights, which call gives them, the examples, and what computes.
PictureKey key_of(const Model& model, int node, const FeatureOptions& options) {
  std::vector<int> outputs = {node};
  const Graph front = model.graph().leading_to(outputs);
  PictureKeyBuilder key;
  key.add(write_short(front).dump());
  // A nested model is in the front as a whole, whichever of its layers gives the features.
  key.add(fmt::format("{} {}", model.graph().node(node).layer->name(), model.graph().node(node).call));
  for (const TensorEntry& tensor : tensors_of(front)) {
    const Array values = model.parameters().get(model.parameters().find(tensor.name));
    const auto numbers = values.values<float>();
    const PictureHash hash = hash_of(Bytes(reinterpret_cast<const uint8_t*>(numbers.data()), numbers.size_bytes()));
    key.add(fmt::format("{} {:016x}{:016x}", tensor.name, hash.high, hash.low));
  }
  key.add(options.source);
  key.add(fmt::format("{} {} {} {}", options.copies, options.copies > 0 ? options.seed : 0, options.lanes, kernels::library_version()) + " " + kernels::instruction_set());
  return key.key();
}

}  // namespace

FeatureSize FeatureExamples::size_of(const Examples& source, const Model& model, int node, int64_t copies) {
  return {source.size() * std::max<int64_t>(copies, 1), model.graph().node(node).shape.elements()};
}

FeatureExamples::FeatureExamples(const Examples& source, Model& model, int node, ThreadPool& pool, const FeatureOptions& options)
    : source_(source), node_(node), shape_(model.graph().node(node).shape), copies_(options.copies), seed_(options.seed) {
  const FeatureSize size = size_of(source, model, node, copies_);
  if (options.folder == nullptr) {
    auto memory = std::make_shared<PictureMemory>(size.bytes());
    auto* const floats = reinterpret_cast<float*>(memory->data());
    compute(model, pool, options, [&](int64_t row, int64_t rows, const float* values) { std::copy_n(values, rows * size.floats, floats + row * size.floats); });
    memory_ = std::move(memory);
    return;
  }
  const PictureKey key = key_of(model, node, options);
  memory_ = find_features(*options.folder, key, size);
  found_ = memory_ != nullptr;
  if (found_) return;
  FeatureFileWriter writer(*options.folder, key, size);
  compute(model, pool, options, [&](int64_t row, int64_t rows, const float* values) { writer.put(row, rows, values); });
  memory_ = writer.finish();
}

void FeatureExamples::compute(Model& model, ThreadPool& pool, const FeatureOptions& options,
                              const std::function<void(int64_t, int64_t, const float*)>& put) const {
  const int64_t rows = size_of(source_, model, node_, copies_).rows, batch = std::min(kBatch, rows);
  Runner runner(model, pool, {.batch = batch, .lanes = options.lanes, .last = node_});
  const auto read = [&](int64_t row, float* dst) {
    const int64_t copy = row / source_.size(), i = row % source_.size();
    if (copies_ == 0) source_.picture(i, dst);
    else source_.drawn_picture(i, draw_of(copy, i), dst);
  };
  for (int64_t first = 0; first < rows; first += batch) {
    const int64_t count = std::min(batch, rows - first);
    for (int64_t row = first + count; row < std::min(first + 2 * batch, rows); ++row) source_.expect(row % source_.size());
    const SourceFeed feed(first, source_.shape().elements(), read);
    const Plan& plan = runner.compute(count, {.feed = &feed});
    put(first, count, plan.output.data());
    if (options.progress) options.progress(first + count, rows);
  }
}

int64_t FeatureExamples::copy_of(const Draw& draw) const {
  return copies_ == 0 ? 0 : static_cast<int64_t>(draw.epoch % static_cast<uint64_t>(copies_));
}

Draw FeatureExamples::draw_of(int64_t copy, int64_t i) const {
  return {seed_, static_cast<uint64_t>(copy), static_cast<uint64_t>(i)};
}

const float* FeatureExamples::row(int64_t row) const {
  return reinterpret_cast<const float*>(memory_->data()) + row * shape_.elements();
}

void FeatureExamples::copy_row(int64_t at, float* dst) const { std::copy_n(row(at), shape_.elements(), dst); }

void FeatureExamples::drawn_picture(int64_t i, const Draw& draw, float* dst) const { copy_row(copy_of(draw) * size() + i, dst); }

void FeatureExamples::drawn_target(int64_t i, const Draw& draw, float* dst) const {
  if (copies_ == 0) source_.target(i, dst);
  else source_.drawn_target(i, draw_of(copy_of(draw), i), dst);
}

int32_t FeatureExamples::drawn_label(int64_t i, const Draw& draw) const {
  return copies_ == 0 ? source_.label(i) : source_.drawn_label(i, draw_of(copy_of(draw), i));
}

void FeatureExamples::expect_drawn(int64_t i, const Draw& draw) const {
  const float* const numbers = row(copy_of(draw) * size() + i);
  memory_->expect(reinterpret_cast<const uint8_t*>(numbers), static_cast<size_t>(shape_.elements()) * sizeof(float));
}

}  // namespace fovea
