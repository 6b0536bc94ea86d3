// What a layer sees while a plan is made: its inputs' layouts, memory to book, and a list that its steps are added to.
//
// The unit of work is the tile: a few pictures. A layer runs once a tile, or, where it says so (Layer::scope), once a
// lane: the tiles that are one after another on one thread, seen together. `plan` is called for every size of tile and
// adds the same steps each time, so whatever it asks must depend on shapes alone, never on rows().
//
// A value's memory is free again after the last step that names it; `backward` registers what adds the backward steps,
// called later in reverse order of the layers, so that forward and backward stand side by side in one function.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "fovea/kernels/kernel.h"
#include "fovea/kernels/weights_layout.h"
#include "fovea/tensor/layout.h"

namespace fovea {

// A booked piece of memory, and for activations how they lie in it.
struct Value {
  int buffer = -1;
  Layout layout = {};
  explicit operator bool() const { return buffer >= 0; }
};

// An argument of a step: which memory, and whether the step reads or writes it.
struct Arg {
  enum Access { none, read, write, update } access = none;
  int buffer = -1;
  bool all_units = false;  // stands for the partial results of all units, one argument each
};
inline Arg in(const Value& value) { return value ? Arg{Arg::read, value.buffer} : Arg{}; }
inline Arg out(const Value& value) { return value ? Arg{Arg::write, value.buffer} : Arg{}; }
inline Arg inout(const Value& value) { return value ? Arg{Arg::update, value.buffer} : Arg{}; }
inline Arg in_all(const Value& partial) { return {Arg::read, partial.buffer, true}; }
inline Arg no_arg() { return {}; }

class Planner {
 public:
  virtual ~Planner() = default;

  // Batch statistics and gradients (true), or inference.
  virtual bool training() const = 0;
  virtual bool winograd() const = 0;                        // whether convolutions may choose Winograd's algorithm
  virtual int64_t rows() const = 0;                         // pictures in this unit (tile or lane)
  virtual int64_t batch() const = 0;                        // pictures in the batch
  virtual const std::vector<int64_t>& unit_rows() const = 0;  // pictures of every unit of the batch, in order

  virtual int inputs() const = 0;
  virtual const Shape& src_shape(int i = 0) const = 0;
  virtual const Shape& dst_shape() const = 0;

  // An input as its layer left it, or in another layout (a copy is made where needed, once).
  virtual Value src(int i = 0) = 0;
  virtual Value src(int i, const Layout& layout) = 0;
  // The output: new memory of this layout, or memory that is there already.
  virtual Value dst(const Layout& layout) = 0;
  virtual void dst_is(const Value& value) = 0;
  // Whether max(0, ·) is to be applied to the output: an activation behind this layer was fused into it.
  virtual bool fused_relu() const = 0;
  // The largest value that it lets through: 6, or infinity.
  virtual float relu_limit() const = 0;

  // Memory of the unit; memory that all units share; and one piece a unit that a meeting reads together.
  virtual Value book(size_t bytes, const std::string& name) = 0;
  virtual Value book(const Layout& layout, const std::string& name) = 0;
  virtual Value shared(size_t bytes, const std::string& name) = 0;
  virtual Value partial(size_t bytes, const std::string& name) = 0;

  // Parameters by their place in Layer::parameters. `home` is the layout they already live in, if one is decided; asking
  // for another gives a copy that is renewed when they change.
  virtual std::optional<kernels::WeightsLayout> home(int parameter) const = 0;
  virtual Value weights(int parameter, const kernels::WeightsLayout& layout) = 0;
  virtual bool trains(int parameter) const = 0;
  // Where the gradient of this unit goes (written by the next step that names it; added up behind that step).
  virtual Value gradient(int parameter, const kernels::WeightsLayout& layout) = 0;

  // Adds a step for the unit; one for the meeting of all units, which ends a segment for `reason`; one that runs behind
  // the gradients of a training step, beside the optimizer.
  virtual void step(const std::string& name, kernels::KernelPtr kernel, std::vector<Arg> args) = 0;
  virtual void meet(const std::string& reason, const std::string& name, kernels::KernelPtr kernel,
                    std::vector<Arg> args) = 0;
  virtual void after_gradients(const std::string& name, kernels::KernelPtr kernel, std::vector<Arg> args) = 0;

  // Registers what adds the backward steps. Called only while planning for gradients.
  virtual void backward(std::function<void()> steps) = 0;
  virtual bool wants_gradients() const = 0;

  // For use inside `backward`. The gradient of the output, as it is or in another layout; `own_diff_dst` is memory that
  // may be written over.
  virtual Value diff_dst() = 0;
  virtual Value diff_dst(const Layout& layout) = 0;
  virtual bool may_overwrite(const Value& value) const = 0;
  // Whether input i's gradient is wanted, memory for it, or memory that holds it already.
  virtual bool wants_diff_src(int i = 0) const = 0;
  virtual Value diff_src(int i, const Layout& layout) = 0;
  virtual void diff_src_is(int i, const Value& value) = 0;

  // Where input i comes from a fused max(0, ·) that only this layer reads, a layer that hands each gradient to one cell
  // may apply that derivative itself, to fewer numbers, and say so; the layer before then asks `relu_done`.
  virtual bool src_is_relu_of_one(int i = 0) const = 0;
  virtual void mark_relu_done(int i = 0) = 0;
  virtual bool relu_done() const = 0;

  // The number of this layer's own random stream.
  virtual uint32_t stream() const = 0;
};

}  // namespace fovea
