#include "fovea/layers/zero_padding2d.h"

#include <gtest/gtest.h>

#include "fovea/layers/registry.h"
#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

Truth truth_of(int64_t batch, const Shape& src, const Shape& dst, const Margins& m) {
  return {.forward = [=](auto& inputs, auto&) {
    Doubles padded(static_cast<size_t>(batch * dst.elements()));
    size_t at = 0;
    for (int64_t n = 0; n < batch; ++n)
      for (int64_t h = 0; h < src[0]; ++h)
        for (int64_t w = 0; w < src[1]; ++w)
          for (int64_t c = 0; c < src[2]; ++c, ++at)
            padded[static_cast<size_t>(((n * dst[0] + h + m.top) * dst[1] + w + m.left) * dst[2] + c)] = inputs[0][at];
    return padded;
  }};
}

TEST(ZeroPadding2D, AgreesWithTheReference) {
  for (const Problem& problem : problems_to_check("maps")) {
    const Shape shape = picture_of(problem);
    if (shape.rank() != 3) continue;
    for (const Margins& padding : {Margins(1), Margins(0, 2), Margins(3, 0, 1, 0), Margins(0)}) {
      const auto layer = std::make_shared<ZeroPadding2D>(ZeroPadding2DOptions{.padding = padding});
      check_layer({.line = problem.line,
                   .layer = layer,
                   .batch = problem.size("n"),
                   .shapes = {shape},
                   .truth = truth_of(problem.size("n"), shape, layer->infer(std::vector{shape}), padding)});
    }
  }
}

TEST(ZeroPadding2D, PutsZerosAround) {
  const auto layer = std::make_shared<ZeroPadding2D>(ZeroPadding2DOptions{.padding = {1, 0, 0, 2}});
  EXPECT_EQ(apply(layer, {1, 2, 1}, {7, 8}), Floats({0, 0, 0, 0, 7, 8, 0, 0}));
}

TEST(ZeroPadding2D, TakesEachOfKerassThreeForms) {
  const auto written = [](const Json& padding) {
    return make_layer("ZeroPadding2D", {{"padding", padding}}, "model")->config()["padding"];
  };
  EXPECT_EQ(written(2), Json::parse("[[2, 2], [2, 2]]"));
  EXPECT_EQ(written({1, 2}), Json::parse("[[1, 1], [2, 2]]"));
  EXPECT_EQ(written(Json::parse("[[1, 2], [3, 4]]")), Json::parse("[[1, 2], [3, 4]]"));
}

TEST(ZeroPadding2D, RefusesNegativeNumbers) {
  EXPECT_EQ(refusal([] { make_layer("ZeroPadding2D", {{"padding", -1}}, "model"); }, ErrorKind::usage),
            "model: padding: cannot be (got -1, expected margins from 0 to 65536)");
}

}  // namespace
}  // namespace fovea
