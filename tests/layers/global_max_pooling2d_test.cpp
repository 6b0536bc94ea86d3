#include "fovea/layers/global_max_pooling2d.h"

#include <gtest/gtest.h>

#include "fovea/kernels/pool_ref.h"
#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

Truth truth_of(const Layout& layout) {
  const auto place = [=](size_t i) {  // among the outputs
    const auto at = static_cast<int64_t>(i);
    return static_cast<size_t>(at / (layout.h * layout.w * layout.c) * layout.c + at % layout.c);
  };
  Truth truth;
  truth.forward = [=](auto& inputs, auto&) { return kernels::global_max_ref(layout, inputs[0]); };
  truth.backward = [=](auto& inputs, auto&, const Doubles& diff_output) {
    const Doubles& src = inputs[0];
    const Doubles max = kernels::global_max_ref(layout, src);
    Doubles ties(max.size()), diff(src.size());
    for (size_t i = 0; i < src.size(); ++i) ties[place(i)] += src[i] == max[place(i)];
    for (size_t i = 0; i < src.size(); ++i)
      diff[i] = src[i] == max[place(i)] ? diff_output[place(i)] / ties[place(i)] : 0;
    return Gradients{{diff}, {}};
  };
  return truth;
}

TEST(GlobalMaxPooling2D, AgreesWithTheReference) {
  for (const Problem& problem : problems_to_check("maps")) {
    const Shape shape = picture_of(problem);
    if (shape.rank() != 3) continue;
    for (const bool keepdims : {false, true})
      check_layer({.line = problem.line,
                   .layer = std::make_shared<GlobalMaxPooling2D>(GlobalMaxPooling2DOptions{.keepdims = keepdims}),
                   .batch = problem.size("n"),
                   .shapes = {shape},
                   .truth = truth_of(Layout::plain_of(problem.size("n"), shape))});
  }
}

TEST(GlobalMaxPooling2D, SplitsAGradientEvenlyAmongTies) {
  const LayerResult result = run_layer({.layer = std::make_shared<GlobalMaxPooling2D>(),
                                        .batch = 1,
                                        .shapes = {{2, 2, 1}},
                                        .inputs = {{3, 1, 3, 2}},
                                        .diff_output = {4}});
  EXPECT_EQ(result.output, Floats({3}));
  EXPECT_EQ(result.diff_inputs[0], Floats({2, 0, 2, 0}));
}

TEST(GlobalMaxPooling2D, RefusesVectors) {
  const GlobalMaxPooling2D layer({.name = "max"});
  EXPECT_EQ(refusal([&] { return layer.infer(std::vector<Shape>{{9}}); }, ErrorKind::usage),
            "max: GlobalMaxPooling2D takes pictures of shape (rows, columns, channels) (got shape (9,))");
}

}  // namespace
}  // namespace fovea
