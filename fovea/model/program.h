// The steps of one size of tile in one size of lane: what layers add through the Planner interface, recorded.
//
// A plan has one program for every pair of sizes that its tiling has; all of them list the same steps, so the buffers
// that units share, and the copies and gradients of parameters, are counted in one Blueprint by order of asking.
#pragma once

#include <array>
#include <map>
#include <set>

#include "fovea/model/plan.h"
#include "fovea/model/plan_graph.h"

namespace fovea {

// What all programs of a plan have in common.
struct Blueprint {
  struct Shared {
    size_t bytes = 0;
  };
  struct Partial {
    size_t bytes = 0;  // of one unit
    Scope scope = Scope::tile;
  };
  struct Copy {
    int parameter = 0;
    kernels::WeightsLayout layout;
    int folded_in = -1;         // the node that has values of its own, instead of the parameter's
    std::vector<float> folded;  // these, in Keras's order
  };
  struct Gradient {
    int parameter = 0;
    kernels::WeightsLayout layout;
  };
  struct Result {
    size_t row_bytes = 0;
  };
  std::vector<Shared> shared;
  std::vector<Partial> partials;
  std::vector<Copy> copies;
  std::vector<Gradient> gradients;
  std::vector<Result> results;
  int probabilities = -1, losses = -1, output = -1;  // among results
  std::vector<int> outputs, output_gradients;        // among results
};

struct ProgramBuffer {
  enum Place { tile, lane, shared, partial, parameter, copy, gradient, result } place = tile;
  size_t bytes = 0;      // tile, lane: in all
  size_t row_bytes = 0;  // lane, result: of one picture; 0 where it is not cut by rows
  int index = 0;         // in the Blueprint, or among Parameters
  int64_t floats = 0;    // what a step that writes it writes, for the checking executor
  int first = -1, last = -1;  // tile: steps; lane: sections
  size_t offset = 0;     // in the arena
  int uses = 0;          // as a gradient: by how many it is read
  std::string layout = {};    // for the reader
};

struct ProgramStep {
  std::string layer, name;
  kernels::KernelPtr kernel;
  std::vector<Arg> args;
  enum Phase { unit, meeting, update } phase = unit;
  Scope scope = Scope::tile;
  int section = 0;  // a run of steps of one scope in one segment
  int segment = 0;
};

class Program final : public Planner {
 public:
  struct Sizes {
    int64_t tile = 1, lane = 1, batch = 1;
    std::vector<int64_t> tiles, lanes;  // rows of every unit of the batch
  };
  Program(const PlanGraph& graph, Parameters& parameters, const PlanOptions& options, Sizes sizes, Blueprint& blueprint);

  std::vector<ProgramBuffer> buffers;
  std::vector<ProgramStep> steps;
  std::vector<std::string> segment_reasons;
  size_t tile_bytes = 0, lane_bytes = 0, scratch_bytes = 0;
  bool tiles_outlive_sections = false;  // some memory of a tile is written in one section and read in a later one

  // Planner
  bool training() const override { return node().training.value_or(options_.training); }
  bool winograd() const override { return options_.winograd; }
  bool wants_gradients() const override { return options_.gradients; }
  int64_t rows() const override { return scope_ == Scope::tile ? sizes_.tile : sizes_.lane; }
  int64_t batch() const override { return sizes_.batch; }
  const std::vector<int64_t>& unit_rows() const override { return scope_ == Scope::tile ? sizes_.tiles : sizes_.lanes; }
  int inputs() const override { return static_cast<int>(node().inputs.size()); }
  const Shape& src_shape(int i) const override { return node().input_shapes[static_cast<size_t>(i)]; }
  const Shape& dst_shape() const override { return node().shape; }
  Value src(int i) override;
  Value src(int i, const Layout& layout) override;
  Value dst(const Layout& layout) override;
  void dst_is(const Value& value) override;
  bool fused_relu() const override { return node().fused_relu; }
  float relu_limit() const override { return node().relu_limit; }
  Value book(size_t bytes, const std::string& name) override;
  Value book(const Layout& layout, const std::string& name) override;
  Value shared(size_t bytes, const std::string& name) override;
  Value partial(size_t bytes, const std::string& name) override;
  std::optional<kernels::WeightsLayout> home(int parameter) const override;
  Value weights(int parameter, const kernels::WeightsLayout& layout) override;
  bool trains(int parameter) const override { return trains(current_, parameter); }
  Value gradient(int parameter, const kernels::WeightsLayout& layout) override;
  void step(const std::string& name, kernels::KernelPtr kernel, std::vector<Arg> args) override;
  void meet(const std::string& reason, const std::string& name, kernels::KernelPtr kernel, std::vector<Arg> args) override;
  void after_gradients(const std::string& name, kernels::KernelPtr kernel, std::vector<Arg> args) override;
  void backward(std::function<void()> steps) override;
  Value diff_dst() override;
  Value diff_dst(const Layout& layout) override;
  bool may_overwrite(const Value& value) const override;
  bool wants_diff_src(int i) const override;
  Value diff_src(int i, const Layout& layout) override;
  void diff_src_is(int i, const Value& value) override;
  bool src_is_relu_of_one(int i) const override;
  void mark_relu_done(int i) override;
  bool relu_done() const override { return relu_done_[static_cast<size_t>(current_)]; }
  uint32_t stream() const override { return node().stream; }

 private:
  const PlanNode& node() const { return graph_.nodes[static_cast<size_t>(current_)]; }
  const PlanNode& node(int n) const { return graph_.nodes[static_cast<size_t>(n)]; }
  int input(int i) const { return node().inputs[static_cast<size_t>(i)]; }
  bool trains(int node, int parameter) const;
  bool trains_any(int node) const;
  void enter(int node);
  void plan_forward();
  void plan_head();
  void plan_backward();
  void plan_results();
  void find_needed_gradients();
  void place_buffers();
  Value seen(Value value) const;
  Value book_for(int node, const Layout& layout);
  Value moved_to(int node, const Value& value);
  Value in_layout(const Value& value, const Layout& layout);
  int add_buffer(ProgramBuffer buffer);
  int result(size_t row_bytes, int64_t floats);
  void record(const std::string& name, kernels::KernelPtr kernel, std::vector<Arg> args, ProgramStep::Phase phase);

  const PlanGraph& graph_;
  Parameters& parameters_;
  const PlanOptions& options_;
  Sizes sizes_;
  Blueprint& blueprint_;

  int current_ = 0;
  Scope scope_ = Scope::tile;
  int section_ = 0, segment_ = 0;
  int asked_shared_ = 0, asked_partials_ = 0, asked_results_ = 0;
  std::vector<Value> values_;                    // of every node's output
  std::vector<bool> in_lane_;                    // whether a node's output and its gradient lie in the lane's memory
  std::vector<bool> needs_gradient_, relu_done_;
  std::vector<std::vector<Value>> diffs_;        // gradients given to every node's output
  std::vector<std::function<void()>> backward_;
  std::map<std::array<int64_t, 5>, Value> reordered_;  // by buffer (which reshaping leaves as it is), h, w, c, block
  std::map<int, int> parameter_buffers_, copy_buffers_, gradient_buffers_;
  // Gradients that a shared layer's other call has in another layout: written there by the next step that names them,
  // then brought to where the sum is.
  struct OtherLayout {
    kernels::WeightsLayout layout;
    int gradient = -1;  // buffer
    kernels::WeightsLayout to;
  };
  std::map<int, OtherLayout> other_layouts_;
};

}  // namespace fovea
