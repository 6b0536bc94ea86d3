// The Random… layers by the book: numbers by address, then resampling in double.
#pragma once

#include <gtest/gtest.h>

#include "fovea/base/random.h"
#include "fovea/kernels/random_map.h"
#include "fovea/kernels/resample_ref.h"
#include "tests/harness/check_layer.h"

namespace fovea {

// The two numbers of a picture; check_layer puts one layer between input and this one.
inline std::pair<double, double> drawn_of(int64_t row, double low0, double high0, double low1 = 0, double high1 = 1) {
  RandomStream random(kRunSeed, purpose::kLayer + 2, kRunEpoch, static_cast<uint64_t>(kRunPosition + row));
  const double first = low0 + (high0 - low0) * random.unit_double();
  return {first, low1 + (high1 - low1) * random.unit_double()};
}

// Of pictures of a shape, with what the layer's plan says of the problem.
inline Truth map_truth(const Shape& shape, const Shape& dst, kernels::RandomMapProblem p) {
  p.src = Layout::plain(1, shape[0], shape[1], shape[2]);
  p.oh = dst[0];
  p.ow = dst[1];
  return {.forward = [=](auto& inputs, auto&) {
    const int64_t batch = static_cast<int64_t>(inputs[0].size()) / shape.elements();
    // A constant lies around the picture: the edge is mixed with it.
    const int64_t frame = p.fill == kernels::FillMode::constant ? 1 : 0, h = shape[0] + 2 * frame,
                  w = shape[1] + 2 * frame;
    Doubles all;
    for (int64_t n = 0; n < batch; ++n) {
      const auto [first, second] = drawn_of(n, p.low[0], p.high[0], p.low[1], p.high[1]);
      Doubles framed(static_cast<size_t>(h * w * shape[2]), static_cast<double>(p.value)),
          to(static_cast<size_t>(dst.elements()));
      for (int64_t i = 0; i < shape[0]; ++i)
        for (int64_t j = 0; j < shape[1] * shape[2]; ++j)
          framed[static_cast<size_t>(((i + frame) * w + frame) * shape[2] + j)] =
              inputs[0][static_cast<size_t>((n * shape[0] + i) * shape[1] * shape[2] + j)];
      kernels::Resample resample{.h = h,
                                 .w = w,
                                 .c = shape[2],
                                 .oh = dst[0],
                                 .ow = dst[1],
                                 .map = kernels::map_of(p, first, second),
                                 .fill = p.fill,
                                 .cval = p.value,
                                 .interpolate = p.interpolate};
      resample.map.row[2] += static_cast<double>(frame);
      resample.map.column[2] += static_cast<double>(frame);
      kernels::resample_ref(resample, framed.data(), to.data());
      all.insert(all.end(), to.begin(), to.end());
    }
    return all;
  }};
}

// A layer of pictures on all problems that have some, with the truth of a problem.
template <class MakeLayer>
void check_map_layer(MakeLayer make, const kernels::RandomMapProblem& truth) {
  for (const Problem& problem : problems_to_check("maps")) {
    const Shape shape = picture_of(problem);
    if (shape.rank() != 3) continue;
    check_layer({.line = problem.line,
                 .layer = make(),
                 .batch = problem.size("n"),
                 .shapes = {shape},
                 .truth = map_truth(shape, shape, truth),
                 .training = true});
  }
}

}  // namespace fovea
