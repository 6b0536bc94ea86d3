#include "fovea/explain/feature_maps.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "fovea/model/span_feed.h"

namespace fovea::explain {
namespace {

constexpr float kNear = 0.01f;  // of the way from limit to limit

struct Limits {
  float low, high;
};

// Between which an activation's values lie, where both ends stop gradients; a rectifier's 0 is what it is for.
std::optional<Limits> limits_of(const Layer& layer) {
  switch (layer.is_activation().value_or(layer.activation())) {
    case ActivationKind::sigmoid:
    case ActivationKind::hard_sigmoid: return Limits{0, 1};
    case ActivationKind::tanh: return Limits{-1, 1};
    case ActivationKind::relu6: return Limits{-std::numeric_limits<float>::infinity(), 6};
    default: return {};
  }
}

bool is_at(const Limits& limits, float x) {
  const float near = kNear * (std::isinf(limits.low) ? limits.high : limits.high - limits.low);
  return x >= limits.high - near || x <= limits.low + near;
}

PlanOptions asking_for(const std::vector<int>& nodes, int64_t batch) {
  PlanOptions plan = {.batch = batch};
  plan.outputs = nodes;
  return plan;
}

}  // namespace

std::vector<LayerMaps> feature_maps(Model& model, ThreadPool& pool, std::span<const float> pictures, const std::vector<int>& nodes) {
  const int64_t elements = model.input_shape().elements(), count = static_cast<int64_t>(pictures.size()) / elements;
  Runner runner(model, pool, asking_for(nodes, std::max<int64_t>(count, 1)));
  std::vector<LayerMaps> maps;
  for (const int node : nodes) maps.push_back({node, model.graph().node(node).layer->name(), model.graph().node(node).shape, {}});
  if (count == 0) return maps;
  const SpanFeed feed(pictures, elements);
  const Plan& plan = runner.compute(count, {.feed = &feed});
  for (size_t i = 0; i < maps.size(); ++i) maps[i].values.assign(plan.outputs[i].begin(), plan.outputs[i].end());
  return maps;
}

ChannelSurvey::ChannelSurvey(Model& model, ThreadPool& pool, std::vector<int> nodes, int64_t batch)
    : model_(model), nodes_(std::move(nodes)), runner_(model, pool, asking_for(nodes_, batch)) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const int node : nodes_)
    activity_.emplace_back(static_cast<size_t>(model.graph().node(node).shape.back()), ChannelActivity{kInfinity, -kInfinity, 0});
}

void ChannelSurvey::add(std::span<const float> pictures) {
  const auto elements = static_cast<size_t>(model_.input_shape().elements()), batch = static_cast<size_t>(runner_.options().batch);
  for (size_t first = 0; first < pictures.size() / elements; first += batch) {
    const size_t rows = std::min(batch, pictures.size() / elements - first);
    const SpanFeed feed(pictures.subspan(first * elements, rows * elements), static_cast<int64_t>(elements));
    const Plan& plan = runner_.compute(static_cast<int64_t>(rows), {.feed = &feed});
    for (size_t l = 0; l < nodes_.size(); ++l) {
      std::vector<ChannelActivity>& channels = activity_[l];
      const std::optional<Limits> limits = limits_of(*model_.graph().node(nodes_[l]).layer);
      size_t c = 0;
      for (const float x : plan.outputs[l]) {
        ChannelActivity& channel = channels[c];
        channel.least = std::min(channel.least, x);
        channel.most = std::max(channel.most, x);
        if (limits && is_at(*limits, x)) channel.at_limit += 1;
        if (++c == channels.size()) c = 0;
      }
    }
    pictures_ += static_cast<int64_t>(rows);
  }
}

std::vector<std::vector<ChannelActivity>> ChannelSurvey::activity() const {
  std::vector<std::vector<ChannelActivity>> result = activity_;
  for (size_t l = 0; l < nodes_.size(); ++l) {
    const Shape& shape = model_.graph().node(nodes_[l]).shape;
    const auto places = static_cast<double>(pictures_ * shape.elements() / shape.back());
    for (ChannelActivity& channel : result[l]) channel.at_limit /= std::max(places, 1.0);
  }
  return result;
}

}  // namespace fovea::explain
