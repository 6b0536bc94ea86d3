// Copies runs of channels that are contiguous on both sides, whatever the two blocks are.
#include "fovea/kernels/concat.h"

#include <algorithm>
#include <cstring>

#include "fovea/kernels/channel_maps.h"
#include "fovea/kernels/loop_kernel.h"

namespace fovea::kernels {
namespace {

struct ConcatProblem {
  std::vector<Layout> inputs;
  Layout dst;
  ConcatAxis axis = ConcatAxis::c;
  size_t index = 0;  // backward: the input whose share is wanted
};

// Where an input begins in dst.
struct Place {
  int64_t h = 0, w = 0, c = 0;
};

void advance(Place& place, const Layout& input, ConcatAxis axis) {
  if (axis == ConcatAxis::h) place.h += input.h;
  if (axis == ConcatAxis::w) place.w += input.w;
  if (axis == ConcatAxis::c) place.c += input.c;
}

template <size_t kRun>
void copy_cells(const float* from, int64_t from_stride, float* to, int64_t to_stride, int64_t cells) {
  for (int64_t cell = 0; cell < cells; ++cell)
    std::memcpy(to + cell * to_stride, from + cell * from_stride, kRun * sizeof(float));
}

void copy_cells(const float* from, int64_t from_stride, float* to, int64_t to_stride, int64_t cells, int64_t run) {
  if (run == from_stride && run == to_stride) {
    std::memcpy(to, from, static_cast<size_t>(cells * run) * sizeof(float));
    return;
  }
  switch (run) {
    case 1:
      return copy_cells<1>(from, from_stride, to, to_stride, cells);
    case 8:
      return copy_cells<8>(from, from_stride, to, to_stride, cells);
    case 16:
      return copy_cells<16>(from, from_stride, to, to_stride, cells);
    default:
      for (int64_t cell = 0; cell < cells; ++cell)
        std::memcpy(to + cell * to_stride, from + cell * from_stride, static_cast<size_t>(run) * sizeof(float));
  }
}

// Copies between all of `part` and its place in `whole`, row by row.
template <class Pointer>
void for_rows(const Layout& part, const Layout& whole, const Place& place, Pointer&& copy) {
  for (int64_t c = 0; c < part.c;) {
    const int64_t in_whole = place.c + c;
    const int64_t run = std::min({part.c - c, part.block - c % part.block, whole.block - in_whole % whole.block});
    for (int64_t n = 0; n < part.n; ++n)
      for (int64_t h = 0; h < part.h; ++h)
        copy(part.offset(n, h, 0, c), whole.offset(n, place.h + h, place.w, in_whole), run);
    c += run;
  }
}

void forward(const ConcatProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  float* dst = arguments.out(p.inputs.size());
  Place place;
  for (size_t index = 0; index < p.inputs.size(); ++index) {
    const Layout& input = p.inputs[index];
    const float* src = arguments.in(index);
    for_rows(input, p.dst, place, [&](int64_t in_part, int64_t in_whole, int64_t run) {
      copy_cells(src + in_part, input.block, dst + in_whole, p.dst.block, input.w, run);
    });
    advance(place, input, p.axis);
  }
  zero_padding(p.dst, dst);
}

void backward(const ConcatProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  const float* diff_dst = arguments.in(0);
  float* diff_src = arguments.out(1);
  Place place;
  for (size_t index = 0; index < p.index; ++index) advance(place, p.inputs[index], p.axis);
  const Layout& input = p.inputs[p.index];
  for_rows(input, p.dst, place, [&](int64_t in_part, int64_t in_whole, int64_t run) {
    copy_cells(diff_dst + in_whole, p.dst.block, diff_src + in_part, input.block, input.w, run);
  });
  zero_padding(input, diff_src);
}

void check(const ConcatProblem& p) {
  assert(!p.inputs.empty() && p.index < p.inputs.size() && p.dst.dtype == DType::f32 && "inputs to join");
  Place end;
  for (const Layout& input : p.inputs) {
    assert(input.dtype == DType::f32 && input.n == p.dst.n && "as many pictures in each input as in dst");
    assert((p.axis == ConcatAxis::h || input.h == p.dst.h) && (p.axis == ConcatAxis::w || input.w == p.dst.w) &&
           (p.axis == ConcatAxis::c || input.c == p.dst.c) && "inputs differ along the axis alone");
    advance(end, input, p.axis);
  }
  assert((p.axis != ConcatAxis::h || end.h == p.dst.h) && (p.axis != ConcatAxis::w || end.w == p.dst.w) &&
         (p.axis != ConcatAxis::c || end.c == p.dst.c) && "the inputs fill dst");
}

}  // namespace

KernelPtr concat(const std::vector<Layout>& inputs, const Layout& dst, ConcatAxis axis) {
  const ConcatProblem problem{inputs, dst, axis};
  check(problem);
  return make_loop_kernel(problem, Loop<ConcatProblem>{forward}, inputs.size() + 2);
}

KernelPtr concat_backward(const std::vector<Layout>& inputs, const Layout& dst, ConcatAxis axis, size_t index) {
  const ConcatProblem problem{inputs, dst, axis, index};
  check(problem);
  return make_loop_kernel(problem, Loop<ConcatProblem>{backward}, 3);
}

}  // namespace fovea::kernels
