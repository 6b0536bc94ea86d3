// What layers make of pictures, and which of their channels say nothing.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "fovea/base/thread_pool.h"
#include "fovea/model/model.h"
#include "fovea/model/runner.h"

namespace fovea::explain {

struct LayerMaps {
  int node = 0;
  std::string path;
  Shape shape;                // of one picture: (h, w, c), or (features)
  std::vector<float> values;  // (n, …)
};

// The outputs of layers (nodes of the graph) in inference, of pictures that lie one after another, preprocessed.
std::vector<LayerMaps> feature_maps(Model& model, ThreadPool& pool, std::span<const float> pictures, const std::vector<int>& nodes);

// How a channel behaves over many pictures.
struct ChannelActivity {
  float least = 0, most = 0;  // over all places of all pictures
  double at_limit = 0;        // the share of places within a hundredth of a limit of the activation, where that is bounded

  // Nearly always at its activation's limit, where no gradient passes.
  bool saturated() const { return at_limit >= 0.95; }
  // The same number everywhere: nothing behind it can learn anything from it. A rectified channel is 0 then.
  bool dead() const { return least == most && !saturated(); }
};

// Gathers the activity of channels from pictures that come in batches.
class ChannelSurvey {
 public:
  // Model and pool outlive it.
  ChannelSurvey(Model& model, ThreadPool& pool, std::vector<int> nodes, int64_t batch = 32);

  void add(std::span<const float> pictures);
  int64_t pictures() const { return pictures_; }
  const std::vector<int>& nodes() const { return nodes_; }
  // By layer, in the order of the nodes; by channel.
  std::vector<std::vector<ChannelActivity>> activity() const;

 private:
  Model& model_;
  std::vector<int> nodes_;
  Runner runner_;
  int64_t pictures_ = 0;
  std::vector<std::vector<ChannelActivity>> activity_;  // at_limit counts places
};

}  // namespace fovea::explain
