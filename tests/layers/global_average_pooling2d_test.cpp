#include "fovea/layers/global_average_pooling2d.h"

#include <gtest/gtest.h>

#include "fovea/kernels/pool_ref.h"
#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

TEST(GlobalAveragePooling2D, AgreesWithTheReference) {
  for (const Problem& problem : problems_to_check("maps")) {
    const Shape shape = picture_of(problem);
    if (shape.rank() != 3) continue;
    const Layout layout = Layout::plain_of(problem.size("n"), shape);
    for (const bool keepdims : {false, true})
      check_layer(
          {.line = problem.line,
           .layer = std::make_shared<GlobalAveragePooling2D>(GlobalAveragePooling2DOptions{.keepdims = keepdims}),
           .batch = layout.n,
           .shapes = {shape},
           .truth = {.forward = [=](auto& inputs, auto&) { return kernels::global_average_ref(layout, inputs[0]); }},
           .terms = layout.h * layout.w});
  }
}

TEST(GlobalAveragePooling2D, GivesTheMeanOfEachMap) {
  EXPECT_EQ(apply(std::make_shared<GlobalAveragePooling2D>(), {1, 2, 2}, {1, 10, 3, 30}), Floats({2, 20}));
}

TEST(GlobalAveragePooling2D, KeepsTheAxesOfTheMapWhereAsked) {
  EXPECT_EQ(GlobalAveragePooling2D().infer(std::vector<Shape>{{4, 5, 3}}), Shape({3}));
  EXPECT_EQ(GlobalAveragePooling2D({.keepdims = true}).infer(std::vector<Shape>{{4, 5, 3}}), Shape({1, 1, 3}));
}

TEST(GlobalAveragePooling2D, RefusesVectors) {
  const GlobalAveragePooling2D layer({.name = "mean"});
  EXPECT_EQ(refusal([&] { return layer.infer(std::vector<Shape>{{9}}); }, ErrorKind::usage),
            "mean: GlobalAveragePooling2D takes pictures of shape (rows, columns, channels) (got shape (9,))");
}

}  // namespace
}  // namespace fovea
