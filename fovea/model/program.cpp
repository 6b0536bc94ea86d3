#include "fovea/model/program.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "fovea/kernels/eltwise.h"
#include "fovea/kernels/feed.h"
#include "fovea/kernels/reorder.h"
#include "fovea/kernels/weights_layout.h"
#include "fovea/model/arena.h"

namespace fovea {

using kernels::KernelPtr;
using kernels::WeightsLayout;

Program::Program(const PlanGraph& graph, Parameters& parameters, const PlanOptions& options, Sizes sizes, Blueprint& blueprint)
    : graph_(graph), parameters_(parameters), options_(options), sizes_(std::move(sizes)), blueprint_(blueprint) {
  const size_t count = graph_.nodes.size();
  values_.resize(count);
  in_lane_.assign(count, false);
  needs_gradient_.assign(count, false);
  relu_done_.assign(count, false);
  diffs_.resize(count);
  backward_.resize(count);
  for (size_t n = 0; n < count; ++n) {
    const PlanNode& node = graph_.nodes[n];
    if (node.removed || node.scope != Scope::lane) continue;
    in_lane_[n] = true;
    for (int input : node.inputs) in_lane_[static_cast<size_t>(input)] = true;
  }
  find_needed_gradients();
  plan_forward();
  plan_results();
  plan_head();
  if (options_.gradients) plan_backward();
  segment_reasons.push_back(options_.gradients ? "gradients are complete" : "end");
  place_buffers();
}

// ---- what is planned in which order

void Program::enter(int node) {
  current_ = node;
  if (this->node().scope != scope_) {
    scope_ = this->node().scope;
    ++section_;
  }
}

void Program::plan_forward() {
  bool begun = false;
  for (size_t n = 0; n < graph_.nodes.size(); ++n) {
    if (graph_.nodes[n].removed) continue;
    if (!std::exchange(begun, true)) scope_ = graph_.nodes[n].scope;
    enter(static_cast<int>(n));
    graph_.nodes[n].layer->plan(*this);
    assert(values_[n] && "a layer's plan gives an output");
  }
}

// Copies what is asked for to where it is kept for the whole batch, in Keras's order.
void Program::plan_results() {
  const auto keep = [&](int node, const std::string& name) {
    enter(node);
    const Layout plain = Layout::plain_of(rows(), this->node().shape);
    const Value value = seen(values_[static_cast<size_t>(node)]);
    const int at = result(static_cast<size_t>(plain.picture_elements()) * sizeof(float), plain.elements());
    record(name, kernels::reorder(value.layout, plain), {in(value), {Arg::write, at}}, ProgramStep::unit);
    return buffers[static_cast<size_t>(at)].index;
  };
  blueprint_.outputs.clear();
  for (int asked : options_.outputs) blueprint_.outputs.push_back(keep(graph_.value_of[static_cast<size_t>(asked)], "keep output"));
  if (!options_.loss) blueprint_.output = keep(graph_.output, "output");
}

// The loss behind the output, or the gradient that comes from outside.
void Program::plan_head() {
  const int last = graph_.logits >= 0 ? graph_.logits : graph_.output;
  enter(last);
  const Shape& shape = node().shape;
  const Layout plain = Layout::plain_of(rows(), shape);
  const Value src = in_layout(seen(values_[static_cast<size_t>(last)]), plain);
  if (!options_.loss) {
    if (!options_.gradients) return;
    const Value diff = book_for(last, plain);
    record("gradient from outside", kernels::feed(kernels::FeedPart::gradients, rows()), {out(diff)}, ProgramStep::unit);
    diffs_[static_cast<size_t>(last)].push_back(diff);
    return;
  }
  if (shape.rank() != 1)
    throw usage_error(node().layer->name(), "a loss needs a vector of classes behind the last layer (got shape {})",
                      to_string(shape));
  const int64_t classes = shape[0];
  const Value targets = book(plain, "targets");
  record("targets", kernels::feed(kernels::FeedPart::targets, rows()), {out(targets)}, ProgramStep::unit);
  Value weights;
  if (options_.loss->sample_weights) {
    weights = book(static_cast<size_t>(rows()) * sizeof(float), "sample weights");
    record("sample weights", kernels::feed(kernels::FeedPart::sample_weights, rows()), {out(weights)}, ProgramStep::unit);
  }
  Value diff;
  if (options_.gradients) {
    diff = book_for(last, plain);
    diffs_[static_cast<size_t>(last)].push_back(diff);
  }
  const int probabilities = result(static_cast<size_t>(classes) * sizeof(float), rows() * classes);
  const int losses = result(sizeof(float), rows());
  blueprint_.probabilities = buffers[static_cast<size_t>(probabilities)].index;
  blueprint_.losses = buffers[static_cast<size_t>(losses)].index;
  const KernelPtr kernel = kernels::loss({.rule = options_.loss->rule, .rows = rows(), .classes = classes,
                                          .batch = batch(), .from_logits = graph_.logits >= 0});
  record("loss", kernel,
         {in(src), in(targets), in(weights), {Arg::write, probabilities}, {Arg::write, losses}, out(diff)}, ProgramStep::unit);
}

void Program::plan_backward() {
  blueprint_.output_gradients.clear();
  std::vector<int> asked;
  for (int layer : graph_.gradients) asked.push_back(graph_.value_of[static_cast<size_t>(layer)]);
  std::vector<int> results(asked.size(), -1);
  for (int n = static_cast<int>(graph_.nodes.size()) - 1; n >= 0; --n) {
    const auto at = static_cast<size_t>(n);
    if (graph_.nodes[at].removed || !needs_gradient_[at] || diffs_[at].empty()) continue;
    enter(n);
    for (size_t i = 0; i < asked.size(); ++i) {
      if (asked[i] != n) continue;
      const Value value = diff_dst();
      const Layout plain = Layout::plain_of(rows(), node().shape);
      const int kept = result(static_cast<size_t>(plain.picture_elements()) * sizeof(float), plain.elements());
      record("keep gradient", kernels::reorder(value.layout, plain), {in(value), {Arg::write, kept}}, ProgramStep::unit);
      results[i] = buffers[static_cast<size_t>(kept)].index;
    }
    bool wanted = trains_any(n);
    for (int input : node().inputs) wanted = wanted || needs_gradient_[static_cast<size_t>(input)];
    if (wanted && backward_[at]) backward_[at]();
  }
  for (size_t i = 0; i < asked.size(); ++i)
    if (results[i] < 0)
      throw usage_error(graph_.nodes[static_cast<size_t>(asked[i])].layer->name(), "no gradient reaches this layer's output");
  blueprint_.output_gradients = results;
}

void Program::find_needed_gradients() {
  if (!options_.gradients) return;
  for (size_t n = 0; n < graph_.nodes.size(); ++n) {
    const PlanNode& node = graph_.nodes[n];
    if (node.removed) continue;
    bool needed = trains_any(static_cast<int>(n)) || graph_.asks_gradient(static_cast<int>(n));
    for (int input : node.inputs) needed = needed || needs_gradient_[static_cast<size_t>(input)];
    needs_gradient_[n] = needed;
  }
}

bool Program::trains(int n, int parameter) const {
  const PlanNode& owner = node(n);
  if (!options_.gradients || !options_.weight_gradients || !owner.layer->trainable()) return false;
  return parameters_[owner.parameters[static_cast<size_t>(parameter)]].spec.trainable;
}
bool Program::trains_any(int n) const {
  for (int p = 0; p < static_cast<int>(node(n).parameters.size()); ++p)
    if (trains(n, p)) return true;
  return false;
}

// ---- memory

int Program::add_buffer(ProgramBuffer buffer) {
  buffers.push_back(std::move(buffer));
  return static_cast<int>(buffers.size()) - 1;
}

// A value as the unit of now sees it: a lane's memory holds the lane's rows, a tile sees its own.
Value Program::seen(Value value) const {
  assert((scope_ == Scope::tile || buffers[static_cast<size_t>(value.buffer)].place != ProgramBuffer::tile) &&
         "a lane does not reach into tiles' memory");
  value.layout.n = rows();
  return value;
}

Value Program::book(const Layout& layout, const std::string&) {
  const bool lane = scope_ == Scope::lane;
  const size_t row = static_cast<size_t>(layout.picture_elements()) * size_of(layout.dtype);
  return {add_buffer({.place = lane ? ProgramBuffer::lane : ProgramBuffer::tile, .bytes = row * static_cast<size_t>(rows()),
                      .row_bytes = row, .floats = layout.elements(), .layout = to_string(layout)}),
          layout};
}

Value Program::book(size_t bytes, const std::string&) {
  const bool lane = scope_ == Scope::lane;
  return {add_buffer({.place = lane ? ProgramBuffer::lane : ProgramBuffer::tile, .bytes = bytes}), {}};
}

// Memory for a node's output or its gradient: the lane's where a lane-wide layer takes part, else the unit's own.
Value Program::book_for(int n, const Layout& layout) {
  if (!in_lane_[static_cast<size_t>(n)] || scope_ == Scope::lane) return book(layout, "");
  const size_t row = static_cast<size_t>(layout.picture_elements()) * size_of(layout.dtype);
  return {add_buffer({.place = ProgramBuffer::lane, .bytes = row * static_cast<size_t>(sizes_.lane), .row_bytes = row,
                      .floats = layout.elements(), .layout = to_string(layout)}),
          layout};
}

Value Program::moved_to(int n, const Value& value) {
  if (!in_lane_[static_cast<size_t>(n)] || buffers[static_cast<size_t>(value.buffer)].place != ProgramBuffer::tile) return value;
  const Value moved = book_for(n, value.layout);
  record("to the lane", kernels::reorder(value.layout, value.layout), {in(value), out(moved)}, ProgramStep::unit);
  return moved;
}

Value Program::in_layout(const Value& value, const Layout& layout) {
  if (value.layout == layout) return {value.buffer, layout};
  const Value copy = book(layout, "");
  record("reorder", kernels::reorder(value.layout, layout), {in(value), out(copy)}, ProgramStep::unit);
  return copy;
}

Value Program::shared(size_t bytes, const std::string&) {
  const int index = asked_shared_++;
  if (index == static_cast<int>(blueprint_.shared.size())) blueprint_.shared.push_back({bytes});
  return {add_buffer({.place = ProgramBuffer::shared, .bytes = bytes, .index = index}), {}};
}

Value Program::partial(size_t bytes, const std::string&) {
  const int index = asked_partials_++;
  if (index == static_cast<int>(blueprint_.partials.size())) blueprint_.partials.push_back({bytes, scope_});
  return {add_buffer({.place = ProgramBuffer::partial, .bytes = bytes, .index = index,
                      .floats = static_cast<int64_t>(bytes / sizeof(float))}),
          {}};
}

int Program::result(size_t row_bytes, int64_t floats) {
  const int index = asked_results_++;
  if (index == static_cast<int>(blueprint_.results.size())) blueprint_.results.push_back({row_bytes});
  return add_buffer({.place = ProgramBuffer::result, .row_bytes = row_bytes, .index = index, .floats = floats});
}

// ---- values

Value Program::src(int i) { return seen(values_[static_cast<size_t>(input(i))]); }

Value Program::src(int i, const Layout& layout) {
  const Value value = src(i);
  if (value.layout == layout) return {value.buffer, layout};
  auto& copy = reordered_[{value.buffer, layout.h, layout.w, layout.c, layout.block}];
  // A copy in tiles' memory does not serve a lane.
  if (!copy || (scope_ == Scope::lane && buffers[static_cast<size_t>(copy.buffer)].place == ProgramBuffer::tile))
    copy = in_layout(value, layout);
  return seen(copy);
}

Value Program::dst(const Layout& layout) { return values_[static_cast<size_t>(current_)] = book_for(current_, layout); }

void Program::dst_is(const Value& value) { values_[static_cast<size_t>(current_)] = moved_to(current_, value); }

// ---- parameters

std::optional<WeightsLayout> Program::home(int parameter) const {
  if (!node().folded.empty()) return {};
  return parameters_[node().parameters[static_cast<size_t>(parameter)]].home;
}

Value Program::weights(int parameter, const WeightsLayout& layout) {
  const bool folded = !node().folded.empty();
  // Folded values are the node's own, and may be more than it has parameters.
  const int p = folded ? parameter : node().parameters[static_cast<size_t>(parameter)];
  if (!folded && !parameters_[p].home) parameters_.set_home(p, layout.home());
  if (!folded && *parameters_[p].home == layout) {
    auto [it, fresh] = parameter_buffers_.try_emplace(p, -1);
    if (fresh) it->second = add_buffer({.place = ProgramBuffer::parameter, .index = p});
    return {it->second, {}};
  }
  const int folded_in = folded ? current_ : -1;
  int copy = 0;
  const int copies = static_cast<int>(blueprint_.copies.size());
  const auto is_it = [&](const Blueprint::Copy& other) {
    return other.parameter == p && other.layout == layout && other.folded_in == folded_in;
  };
  while (copy < copies && !is_it(blueprint_.copies[static_cast<size_t>(copy)])) ++copy;
  if (copy == copies)
    blueprint_.copies.push_back(
        {p, layout, folded_in, folded ? node().folded[static_cast<size_t>(parameter)] : std::vector<float>{}});
  auto [it, fresh] = copy_buffers_.try_emplace(copy, -1);
  if (fresh) it->second = add_buffer({.place = ProgramBuffer::copy, .index = copy});
  return {it->second, {}};
}

Value Program::gradient(int parameter, const WeightsLayout& layout) {
  const int p = node().parameters[static_cast<size_t>(parameter)];
  int index = 0;
  const int count = static_cast<int>(blueprint_.gradients.size());
  while (index < count && blueprint_.gradients[static_cast<size_t>(index)].parameter != p) ++index;
  if (index == count) blueprint_.gradients.push_back({p, layout});
  const WeightsLayout& kept = blueprint_.gradients[static_cast<size_t>(index)].layout;
  auto [it, fresh] = gradient_buffers_.try_emplace(index, -1);
  if (fresh)
    it->second = add_buffer({.place = ProgramBuffer::gradient, .bytes = kept.bytes(), .index = index,
                             .floats = static_cast<int64_t>(kept.bytes() / sizeof(float))});
  if (kept == layout) return {it->second, {}};
  const Value other = book(layout.bytes(), "");
  other_layouts_[other.buffer] = {layout, it->second, kept};
  return other;
}

// ---- steps

void Program::record(const std::string& name, KernelPtr kernel, std::vector<Arg> args, ProgramStep::Phase phase) {
  scratch_bytes = std::max(scratch_bytes, kernel->scratch_bytes());
  const int at = static_cast<int>(steps.size());
  for (const Arg& arg : args) {
    if (arg.buffer < 0) continue;
    ProgramBuffer& buffer = buffers[static_cast<size_t>(arg.buffer)];
    const int when = buffer.place == ProgramBuffer::lane ? section_ : at;
    if (buffer.first < 0) buffer.first = when;
    buffer.last = when;
  }
  steps.push_back({node().layer->name(), name, std::move(kernel), args, phase, scope_, section_, segment_});
  for (const Arg& arg : args) {
    const auto other = arg.access == Arg::write ? other_layouts_.find(arg.buffer) : other_layouts_.end();
    if (other == other_layouts_.end()) continue;
    const OtherLayout moved = other->second;
    other_layouts_.erase(other);
    record("gradient to the first call's layout", kernels::weights_reorder(moved.layout, moved.to),
           {{Arg::read, arg.buffer}, {Arg::write, moved.gradient}}, ProgramStep::unit);
  }
}

void Program::step(const std::string& name, KernelPtr kernel, std::vector<Arg> args) {
  record(name, std::move(kernel), std::move(args), ProgramStep::unit);
}

void Program::meet(const std::string& reason, const std::string& name, KernelPtr kernel, std::vector<Arg> args) {
  record(name, std::move(kernel), std::move(args), ProgramStep::meeting);
  segment_reasons.push_back(reason);
  ++segment_;
  ++section_;
}

void Program::after_gradients(const std::string& name, KernelPtr kernel, std::vector<Arg> args) {
  if (options_.gradients) record(name, std::move(kernel), std::move(args), ProgramStep::update);
}

// ---- backward

void Program::backward(std::function<void()> steps_of_layer) {
  if (options_.gradients) backward_[static_cast<size_t>(current_)] = std::move(steps_of_layer);
}

Value Program::diff_dst() {
  auto& given = diffs_[static_cast<size_t>(current_)];
  if (given.size() > 1) {
    const Layout layout = seen(given[0]).layout;
    std::vector<Arg> args;
    for (const Value& value : given) args.push_back(in(in_layout(seen(value), layout)));
    const Value sum = may_overwrite(given[0]) ? given[0] : book_for(current_, layout);
    args.push_back(out(sum));
    record("add gradients", kernels::add(layout, static_cast<int64_t>(given.size())), std::move(args), ProgramStep::unit);
    given = {sum};
  }
  return seen(given[0]);
}

Value Program::diff_dst(const Layout& layout) { return in_layout(diff_dst(), layout); }

bool Program::may_overwrite(const Value& value) const { return buffers[static_cast<size_t>(value.buffer)].uses <= 1; }

bool Program::wants_diff_src(int i) const { return needs_gradient_[static_cast<size_t>(input(i))]; }

Value Program::diff_src(int i, const Layout& layout) {
  const Value value = book_for(input(i), layout);
  diffs_[static_cast<size_t>(input(i))].push_back(value);
  return value;
}

void Program::diff_src_is(int i, const Value& value) {
  ++buffers[static_cast<size_t>(value.buffer)].uses;
  diffs_[static_cast<size_t>(input(i))].push_back(moved_to(input(i), value));
}

bool Program::src_is_relu_of_one(int i) const {
  return node(input(i)).fused_relu && std::isinf(node(input(i)).relu_limit) &&
         graph_.consumers(input(i)).size() == 1 && !graph_.asks_gradient(input(i));
}
void Program::mark_relu_done(int i) { relu_done_[static_cast<size_t>(input(i))] = true; }

// ---- places

void Program::place_buffers() {
  for (const auto place_of : {ProgramBuffer::tile, ProgramBuffer::lane}) {
    std::vector<Lifetime> lives;
    std::vector<size_t> which;
    for (size_t b = 0; b < buffers.size(); ++b) {
      if (buffers[b].place != place_of || buffers[b].first < 0) continue;
      which.push_back(b);
      if (place_of == ProgramBuffer::tile)
        tiles_outlive_sections = tiles_outlive_sections || steps[static_cast<size_t>(buffers[b].first)].section !=
                                                               steps[static_cast<size_t>(buffers[b].last)].section;
      lives.push_back({buffers[b].bytes, buffers[b].first, buffers[b].last});
    }
    const Placement placement = place(lives);
    for (size_t i = 0; i < which.size(); ++i) buffers[which[i]].offset = placement.offsets[i];
    (place_of == ProgramBuffer::tile ? tile_bytes : lane_bytes) = placement.bytes;
  }
}

}  // namespace fovea
