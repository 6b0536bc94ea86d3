// Layers that explanations put into plans, behind a model's own: never part of a model.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fovea/layers/layer.h"

namespace fovea::explain {

// Gives its input unchanged, and of its gradient only what is above 0.
class PositiveGradient final : public Layer {
 public:
  std::string type() const override { return "PositiveGradient"; }
  Json options() const override { return Json::object(); }
  Shape infer(std::span<const Shape> src) const override { return src[0]; }
  void plan(Planner& planner) const override;
  std::shared_ptr<Layer> clone() const override { return std::make_shared<PositiveGradient>(*this); }
};

// Multiplies each channel of each picture of the batch by a number of its own, (batch, channels), which may change
// between runs. Forward only.
class ChannelGate final : public Layer {
 public:
  explicit ChannelGate(std::shared_ptr<const std::vector<float>> gates) : gates_(std::move(gates)) {}
  std::string type() const override { return "ChannelGate"; }
  Json options() const override { return Json::object(); }
  Shape infer(std::span<const Shape> src) const override { return src[0]; }
  void plan(Planner& planner) const override;
  std::shared_ptr<Layer> clone() const override { return std::make_shared<ChannelGate>(*this); }

 private:
  std::shared_ptr<const std::vector<float>> gates_;
};

}  // namespace fovea::explain
