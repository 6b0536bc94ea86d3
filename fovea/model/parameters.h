// The numbers of a model: weights and moving statistics, each in the layout of the forward kernel that uses it, and the
// optimizer's state beside it in the same layout.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fovea/kernels/weights_layout.h"
#include "fovea/model/graph.h"
#include "fovea/tensor/array.h"

namespace fovea {

struct Parameter {
  std::string path;  // "conv2d/kernel", "vgg16/block1_conv1/kernel", as Keras names it
  ParameterSpec spec;
  int node = 0;      // of the graph: the first call of its layer
  std::optional<kernels::WeightsLayout> home;  // decided by the first plan; until then Keras's order
  bool unset = false;                          // no value was given yet: all are zero
  Buffer value;
  std::vector<Buffer> slots;  // of the optimizer: Adam's m and v, …

  int64_t stored_elements() const { return static_cast<int64_t>(value.bytes() / sizeof(float)); }
};

// For a model whose numbers come from a file, or are not needed: none are drawn.
struct Unset {};

// A parameter's values in another layout than its home, for all plans that want them so.
struct WeightsCopy {
  Buffer values;
  uint64_t version = 0;  // of Parameters, when it was made; 0: not yet
};

class Parameters {
 public:
  Parameters() = default;
  // All parameters of a graph, in the order of its layers, filled by their initializers, or zero.
  Parameters(const Graph& graph, uint64_t seed) : Parameters(graph, seed, true) {}
  Parameters(const Graph& graph, Unset) : Parameters(graph, 0, false) {}

  int size() const { return static_cast<int>(all_.size()); }
  Parameter& operator[](int i) { return all_[static_cast<size_t>(i)]; }
  const Parameter& operator[](int i) const { return all_[static_cast<size_t>(i)]; }
  const std::vector<int>& of_node(int node) const { return of_node_[static_cast<size_t>(node)]; }
  int find(const std::string& path) const;  // -1 if there is none

  // Values in Keras's order. `set` throws Error (usage) where the shape differs.
  Array get(int i) const;
  void set(int i, const Array& values);
  Array get_slot(int i, int slot) const;
  void set_slot(int i, int slot, const Array& values);
  // For every parameter that trains: a slot for each number, full of it. Others have none.
  void book_slots(const Graph& graph, std::span<const float> starts);

  // Moves a parameter and its slots into a layout.
  void set_home(int i, const kernels::WeightsLayout& layout);

  // The copy of a parameter in a layout: the one that others hold, or a new one. Whoever makes copies meanwhile holds
  // `copying`, as plans on several threads share them.
  std::shared_ptr<WeightsCopy> copy(int i, const kernels::WeightsLayout& layout);
  std::mutex& copying() const { return copies_->mutex; }

  // Grows with every change of values; plans renew their copies by it.
  uint64_t version() const { return version_; }
  void changed() { ++version_; }

  int64_t count(bool trainable_only, const Graph& graph) const;
  bool trains(int i, const Graph& graph) const;
  // What the regularizers of all parameters that train add to the loss.
  double penalty(const Graph& graph) const;

 private:
  Parameters(const Graph& graph, uint64_t seed, bool fill);

  struct Copies {
    struct Entry {
      int parameter = 0;
      kernels::WeightsLayout layout;
      std::weak_ptr<WeightsCopy> copy;
    };
    std::mutex mutex;
    std::vector<Entry> entries;
  };

  std::vector<Parameter> all_;
  std::vector<std::vector<int>> of_node_;
  std::unique_ptr<Copies> copies_ = std::make_unique<Copies>();
  uint64_t version_ = 1;
};

}  // namespace fovea
