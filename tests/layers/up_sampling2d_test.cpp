#include "fovea/layers/up_sampling2d.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "fovea/layers/registry.h"
#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

// By the definition: every cell weighs max(0, 1 - distance) in each direction, from middle to middle and within the map.
double weight(Interpolation interpolation, int64_t in, int64_t out, int64_t factor, int64_t size) {
  if (interpolation == Interpolation::nearest) return out / factor == in ? 1 : 0;
  const double at = (static_cast<double>(out) + 0.5) / static_cast<double>(factor) - 0.5;
  const double clamped = std::clamp(at, 0.0, static_cast<double>(size - 1));
  return std::max(0.0, 1 - std::abs(static_cast<double>(in) - clamped));
}

// Calls f(place in the input, place in the output, weight) for all pairs with a weight.
template <class F>
void for_pairs(int64_t batch, const Shape& src, const UpSampling2DOptions& o, F&& f) {
  const int64_t oh = src[0] * o.size.h, ow = src[1] * o.size.w;
  for (int64_t h = 0; h < oh; ++h)
    for (int64_t y = 0; y < src[0]; ++y)
      for (int64_t w = 0; w < ow; ++w)
        for (int64_t x = 0; x < src[1]; ++x) {
          const double share =
              weight(o.interpolation, y, h, o.size.h, src[0]) * weight(o.interpolation, x, w, o.size.w, src[1]);
          if (share == 0) continue;
          for (int64_t n = 0; n < batch; ++n)
            for (int64_t c = 0; c < src[2]; ++c)
              f(static_cast<size_t>(((n * src[0] + y) * src[1] + x) * src[2] + c),
                static_cast<size_t>(((n * oh + h) * ow + w) * src[2] + c), share);
        }
}

Truth truth_of(int64_t batch, const Shape& src, const UpSampling2DOptions& o) {
  Truth truth;
  truth.forward = [=](auto& inputs, auto&) {
    Doubles dst(inputs[0].size() * static_cast<size_t>(o.size.h * o.size.w));
    for_pairs(batch, src, o, [&](size_t in, size_t out, double share) { dst[out] += share * inputs[0][in]; });
    return dst;
  };
  truth.backward = [=](auto& inputs, auto&, const Doubles& diff_output) {
    Doubles diff(inputs[0].size());
    for_pairs(batch, src, o, [&](size_t in, size_t out, double share) { diff[in] += share * diff_output[out]; });
    return Gradients{{diff}, {}};
  };
  return truth;
}

TEST(UpSampling2D, AgreesWithTheReference) {
  for (const Problem& problem : problems_to_check("maps")) {
    const Shape shape = picture_of(problem);
    if (shape.rank() != 3) continue;
    for (const auto interpolation : {Interpolation::nearest, Interpolation::bilinear})
      for (const Size2& size : {Size2(2), Size2(1, 3)}) {
        const UpSampling2DOptions options = {.size = size, .interpolation = interpolation};
        check_layer({.line = problem.line,
                     .layer = std::make_shared<UpSampling2D>(options),
                     .batch = problem.size("n"),
                     .shapes = {shape},
                     .truth = truth_of(problem.size("n"), shape, options)});
      }
  }
}

TEST(UpSampling2D, RepeatsOrGoesStraightFromCellToCell) {
  EXPECT_EQ(apply(std::make_shared<UpSampling2D>(UpSampling2DOptions{.size = {1, 2}}), {1, 2, 1}, {0, 4}),
            Floats({0, 0, 4, 4}));
  EXPECT_EQ(apply(std::make_shared<UpSampling2D>(
                      UpSampling2DOptions{.size = {1, 2}, .interpolation = Interpolation::bilinear}),
                  {1, 2, 1}, {0, 4}),
            Floats({0, 1, 3, 4}));
}

TEST(UpSampling2D, RefusesOtherWaysOfGoing) {
  EXPECT_EQ(refusal([] { make_layer("UpSampling2D", {{"interpolation", "bicubic"}}, "model"); }, ErrorKind::usage),
            "model: interpolation: got \"bicubic\", expected \"nearest\" or \"bilinear\"");
}

}  // namespace
}  // namespace fovea
