// A picture is copied into scratch, because resampling writes behind it; with a frame of one constant pixel around it
// where that is what lies beyond the edge.
#include "fovea/kernels/random_map.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "fovea/base/random.h"
#include "fovea/kernels/loop_kernel.h"
#include "fovea/kernels/resample_ref.h"

namespace fovea::kernels {
namespace {

int64_t frame_of(const RandomMapProblem& p) { return p.fill == FillMode::constant ? 1 : 0; }

size_t scratch_bytes(const RandomMapProblem& p) {
  const int64_t frame = 2 * frame_of(p);
  return static_cast<size_t>((p.rows() + frame) * (p.columns() + frame) * p.src.c + resample_spare(p.src.c)) *
         sizeof(float);
}

// What is done to picture n of a call, with the frame counted in.
Resample drawn(const RandomMapProblem& p, const RunContext& context, int64_t row) {
  RandomStream random(context.seed, p.stream, static_cast<uint64_t>(context.epoch),
                      static_cast<uint64_t>(context.position + row));
  const auto between = [&](int i) { return p.low[i] + (p.high[i] - p.low[i]) * random.unit_double(); };
  const double first = between(0), second = between(1);
  const int64_t frame = frame_of(p);
  Resample resample{.h = p.rows() + 2 * frame,
                    .w = p.columns() + 2 * frame,
                    .c = p.src.c,
                    .oh = p.oh,
                    .ow = p.ow,
                    .map = map_of(p, first, second),
                    .fill = p.fill,
                    .cval = p.value,
                    .interpolate = p.interpolate};
  resample.map.row[2] += static_cast<double>(frame);
  resample.map.column[2] += static_cast<double>(frame);
  return resample;
}

// Calls f(first number of a row in scratch, in src, how many) for the rows that are there.
template <class F>
void for_rows(const RandomMapProblem& p, F&& f) {
  const int64_t frame = frame_of(p), line = (p.columns() + 2 * frame) * p.src.c;
  for (int64_t h = 0; h < p.rows(); ++h)
    f((h + frame) * line + frame * p.src.c, ((p.top + h) * p.src.w + p.left) * p.src.c, p.columns() * p.src.c);
}

void forward(const RandomMapProblem& p, const Arguments& arguments, const RunContext& context, int64_t first_row) {
  const int64_t picture = p.src.h * p.src.w * p.src.c;
  float* scratch = arguments.out(2);
  for (int64_t n = 0; n < p.src.n; ++n) {
    const Resample problem = drawn(p, context, first_row + n);
    const float* src = arguments.in(0) + n * picture;
    if (frame_of(p) > 0) std::fill_n(scratch, problem.h * problem.w * problem.c, p.value);
    for_rows(p, [&](int64_t framed, int64_t row, int64_t count) { std::copy_n(src + row, count, scratch + framed); });
    resample(problem, scratch, arguments.out(1) + n * p.oh * p.ow * p.src.c);
  }
}

void backward(const RandomMapProblem& p, const Arguments& arguments, const RunContext& context, int64_t first_row) {
  const int64_t picture = p.src.h * p.src.w * p.src.c;
  float* scratch = arguments.out(2);
  for (int64_t n = 0; n < p.src.n; ++n) {
    const Resample problem = drawn(p, context, first_row + n);
    std::fill_n(scratch, problem.h * problem.w * problem.c, 0.0f);
    resample_backward_ref(problem, arguments.in(0) + n * p.oh * p.ow * p.src.c, scratch);
    float* diff_src = arguments.out(1) + n * picture;
    std::fill_n(diff_src, picture, 0.0f);
    for_rows(p,
             [&](int64_t framed, int64_t row, int64_t count) { std::copy_n(scratch + framed, count, diff_src + row); });
  }
}

KernelPtr kernel_of(const RandomMapProblem& problem, LoopFunction<RandomMapProblem> function) {
  assert(problem.src.is_plain() && problem.src.dtype == DType::f32 && "plain pictures of float32");
  return make_loop_kernel(problem, Loop<RandomMapProblem>{function}, 3, scratch_bytes(problem));
}

}  // namespace

AffineMap map_of(const RandomMapProblem& p, double first, double second) {
  const auto h = static_cast<double>(p.rows()), w = static_cast<double>(p.columns());
  const double y = (h - 1) / 2, x = (w - 1) / 2;
  switch (p.kind) {
    case MapKind::flip: {
      AffineMap map;
      if (first <= 0.5 && p.flip_rows) map.row[0] = -1, map.row[2] = h - 1;
      if (first <= 0.5 && p.flip_columns) map.column[1] = -1, map.column[2] = w - 1;
      return map;
    }
    case MapKind::turn: {
      const double angle = 2 * std::numbers::pi * first, c = std::cos(angle), s = std::sin(angle);
      return {{c, s, y - c * y - s * x}, {-s, c, x + s * y - c * x}};
    }
    case MapKind::move:
      return {{1, 0, -first * h}, {0, 1, -second * w}};
    case MapKind::zoom:
      return {{first, 0, y * (1 - first)}, {0, second, x * (1 - second)}};
    case MapKind::zoom_alike:
      return {{first, 0, y * (1 - first)}, {0, first, x * (1 - first)}};
    case MapKind::cut: {
      const auto free = [](int64_t src, int64_t dst) { return static_cast<double>(src - dst + 1); };
      return {{1, 0, std::floor(first * free(p.rows(), p.oh))}, {0, 1, std::floor(second * free(p.columns(), p.ow))}};
    }
    case MapKind::resize: {
      const double down = h / static_cast<double>(p.oh), right = w / static_cast<double>(p.ow);
      return {{down, 0, 0.5 * down - 0.5}, {0, right, 0.5 * right - 0.5}};
    }
  }
  return {};
}

KernelPtr random_map_forward(const RandomMapProblem& problem) { return kernel_of(problem, forward); }
KernelPtr random_map_backward(const RandomMapProblem& problem) { return kernel_of(problem, backward); }

}  // namespace fovea::kernels
