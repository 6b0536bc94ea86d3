#include "fovea/layers/cropping2d.h"

#include <gtest/gtest.h>

#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

Truth truth_of(int64_t batch, const Shape& src, const Shape& dst, const Margins& m) {
  return {.forward = [=](auto& inputs, auto&) {
    Doubles cut;
    for (int64_t n = 0; n < batch; ++n)
      for (int64_t h = 0; h < dst[0]; ++h)
        for (int64_t w = 0; w < dst[1]; ++w)
          for (int64_t c = 0; c < dst[2]; ++c)
            cut.push_back(inputs[0][static_cast<size_t>(((n * src[0] + h + m.top) * src[1] + w + m.left) * src[2] + c)]);
    return cut;
  }};
}

TEST(Cropping2D, AgreesWithTheReference) {
  for (const Problem& problem : problems_to_check("maps")) {
    const Shape shape = picture_of(problem);
    if (shape.rank() != 3) continue;
    const int64_t rows = shape[0] - 1, columns = shape[1] - 1;
    for (const Margins& cropping :
         {Margins(0), Margins(rows, 0, 0, columns / 2), Margins(0, rows / 2, columns, 0), Margins(rows / 2, columns / 2)}) {
      const auto layer = std::make_shared<Cropping2D>(Cropping2DOptions{.cropping = cropping});
      check_layer({.line = problem.line,
                   .layer = layer,
                   .batch = problem.size("n"),
                   .shapes = {shape},
                   .truth = truth_of(problem.size("n"), shape, layer->infer(std::vector{shape}), cropping)});
    }
  }
}

TEST(Cropping2D, TakesTheEdgesAway) {
  const auto layer = std::make_shared<Cropping2D>(Cropping2DOptions{.cropping = {1, 0, 0, 1}});
  EXPECT_EQ(apply(layer, {2, 3, 1}, {1, 2, 3, 4, 5, 6}), Floats({4, 5}));
}

TEST(Cropping2D, RefusesToLeaveNothing) {
  const Cropping2D layer({.cropping = {2, 2, 0, 0}, .name = "crop"});
  EXPECT_EQ(refusal([&] { return layer.infer(std::vector<Shape>{{4, 4, 3}}); }, ErrorKind::usage),
            "crop: cropping leaves nothing of the picture 4x4 (got top 2, bottom 2, left 0, right 0)");
}

}  // namespace
}  // namespace fovea
