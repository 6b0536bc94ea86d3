#include "fovea/model/parameters.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "fovea/base/random.h"

namespace fovea {
namespace {

void unpack(const Parameter& parameter, const Buffer& from, float* keras) {
  if (parameter.home) parameter.home->unpack(from.data(), keras);
  else std::memcpy(keras, from.data(), static_cast<size_t>(parameter.spec.shape.elements()) * sizeof(float));
}
void pack(const Parameter& parameter, const float* keras, Buffer& to) {
  if (parameter.home) parameter.home->pack(keras, to.data());
  else std::memcpy(to.data(), keras, static_cast<size_t>(parameter.spec.shape.elements()) * sizeof(float));
}
Array unpacked(const Parameter& parameter, const Buffer& from) {
  Array array(DType::f32, parameter.spec.shape);
  unpack(parameter, from, array.values<float>().data());
  return array;
}
void check(const Parameter& parameter, const Array& values) {
  if (values.dtype() != DType::f32 || !(values.shape() == parameter.spec.shape))
    throw usage_error(parameter.path, "the values' shape does not fit (got {} {}, expected float32 {})",
                      to_string(values.dtype()), to_string(values.shape()), to_string(parameter.spec.shape));
}

}  // namespace

Parameters::Parameters(const Graph& graph, uint64_t seed, bool fill) : of_node_(static_cast<size_t>(graph.size())) {
  for (int n = 0; n < graph.size(); ++n) {
    const Node& node = graph.node(n);
    if (node.owner != n) {
      of_node_[static_cast<size_t>(n)] = of_node_[static_cast<size_t>(node.owner)];
      continue;
    }
    for (const ParameterSpec& spec : node.layer->parameters(node.input_shapes)) {
      Parameter parameter{node.layer->name() + "/" + spec.name, spec, n, {}, {}, {}};
      parameter.value = Buffer(static_cast<size_t>(spec.shape.elements()) * sizeof(float));
      parameter.unset = !fill;
      if (fill) spec.initializer.fill(spec.shape, seed, static_cast<uint64_t>(all_.size()), parameter.value.as<float>());
      of_node_[static_cast<size_t>(n)].push_back(size());
      all_.push_back(std::move(parameter));
    }
  }
}

int Parameters::find(const std::string& path) const {
  for (int i = 0; i < size(); ++i)
    if ((*this)[i].path == path) return i;
  return -1;
}

Array Parameters::get(int i) const { return unpacked((*this)[i], (*this)[i].value); }
Array Parameters::get_slot(int i, int slot) const { return unpacked((*this)[i], (*this)[i].slots[static_cast<size_t>(slot)]); }

void Parameters::set(int i, const Array& values) {
  Parameter& parameter = (*this)[i];
  check(parameter, values);
  pack(parameter, values.values<float>().data(), parameter.value);
  parameter.unset = false;
  changed();
}

void Parameters::set_slot(int i, int slot, const Array& values) {
  Parameter& parameter = (*this)[i];
  check(parameter, values);
  pack(parameter, values.values<float>().data(), parameter.slots[static_cast<size_t>(slot)]);
}

void Parameters::book_slots(const Graph& graph, std::span<const float> starts) {
  for (int p = 0; p < size(); ++p) {
    Parameter& parameter = (*this)[p];
    parameter.slots.clear();
    if (!trains(p, graph)) continue;
    for (const float start : starts) {
      parameter.slots.emplace_back(parameter.value.bytes());
      if (start != 0) std::ranges::fill(parameter.slots.back().as<float>(), start);
    }
  }
}

void Parameters::set_home(int i, const kernels::WeightsLayout& layout) {
  Parameter& parameter = (*this)[i];
  if (parameter.home && *parameter.home == layout) return;
  std::vector<Array> slots;
  for (int s = 0; s < static_cast<int>(parameter.slots.size()); ++s) slots.push_back(get_slot(i, s));
  if (parameter.unset && slots.empty()) {
    parameter.home = layout;
    parameter.value = Buffer(layout.bytes());
    return;
  }
  const Array value = get(i);
  parameter.home = layout;
  parameter.value = Buffer(layout.bytes());
  pack(parameter, value.values<float>().data(), parameter.value);
  for (size_t s = 0; s < slots.size(); ++s) {
    parameter.slots[s] = Buffer(layout.bytes());
    pack(parameter, slots[s].values<float>().data(), parameter.slots[s]);
  }
}

std::shared_ptr<WeightsCopy> Parameters::copy(int i, const kernels::WeightsLayout& layout) {
  const std::lock_guard lock(copies_->mutex);
  auto& entries = copies_->entries;
  std::erase_if(entries, [](const Copies::Entry& entry) { return entry.copy.expired(); });
  for (const Copies::Entry& entry : entries)
    if (entry.parameter == i && entry.layout == layout)
      if (auto held = entry.copy.lock()) return held;
  auto copy = std::make_shared<WeightsCopy>(WeightsCopy{.values = Buffer(layout.bytes())});
  entries.push_back({i, layout, copy});
  return copy;
}

int64_t Parameters::count(bool trainable_only, const Graph& graph) const {
  int64_t total = 0;
  for (int i = 0; i < size(); ++i)
    if (!trainable_only || trains(i, graph)) total += (*this)[i].spec.shape.elements();
  return total;
}

bool Parameters::trains(int i, const Graph& graph) const {
  const Parameter& parameter = (*this)[i];
  return parameter.spec.trainable && graph.node(parameter.node).layer->trainable();
}

double Parameters::penalty(const Graph& graph) const {
  double total = 0;
  for (int i = 0; i < size(); ++i) {
    const Parameter& parameter = (*this)[i];
    const Regularizer& regularizer = parameter.spec.regularizer;
    if (!regularizer.any() || !trains(i, graph)) continue;
    double sizes = 0, squares = 0;
    for (const double w : parameter.value.as<float>()) {  // padding is zero
      sizes += std::abs(w);
      squares += w * w;
    }
    total += regularizer.l1 * sizes + regularizer.l2 * squares;
  }
  return total;
}

}  // namespace fovea
