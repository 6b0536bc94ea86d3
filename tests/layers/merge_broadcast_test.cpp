// Merges of inputs of other shapes: stretched by the book, then merged by the book.
#include <gtest/gtest.h>

#include "fovea/layers/add.h"
#include "fovea/layers/average.h"
#include "fovea/layers/maximum.h"
#include "fovea/layers/minimum.h"
#include "fovea/layers/multiply.h"
#include "fovea/layers/subtract.h"
#include "tests/harness/files.h"
#include "tests/layers/merge_truth.h"

namespace fovea {
namespace {

constexpr int64_t kBatch = 5;

// Shapes and how the output's are: all of rank 3 but where another one is the point.
struct Shapes {
  std::vector<Shape> src;
  Shape dst;
};
const std::vector<Shapes> kShapes = {
    {{{4, 5, 20}, {1, 1, 20}}, {4, 5, 20}},           // squeeze and excite
    {{{1, 1, 20}, {4, 5, 20}}, {4, 5, 20}},
    {{{4, 5, 20}, {20}}, {4, 5, 20}},                 // leading axes are missing
    {{{4, 5, 1}, {4, 5, 20}}, {4, 5, 20}},            // a mask
    {{{4, 1, 3}, {1, 5, 3}}, {4, 5, 3}},              // neither is as large as both
    {{{4, 5, 16}, {4, 5, 16}, {1, 5, 1}}, {4, 5, 16}},
    {{{6}, {1}}, {6}},
    {{{2, 3, 4, 20}, {1, 1, 4, 1}}, {2, 3, 4, 20}},   // all axes before the last two
};

// Where number i of the output comes from in an input of this shape.
size_t from(const Shape& src, const Shape& dst, size_t i) {
  size_t place = 0, step = 1;
  for (int axis = dst.rank() - 1; axis >= 0; --axis) {
    const auto size = static_cast<size_t>(dst[axis]), at = i % size;
    i /= size;
    const int own = axis - (dst.rank() - src.rank());
    const int64_t length = own < 0 ? 1 : src[own];
    place += (length == 1 ? 0 : at) * step;
    step *= static_cast<size_t>(length);
  }
  return place + i * step;  // what is left is the picture of the batch
}

Truth stretched(kernels::Merge merge, const Shapes& shapes, bool adds) {
  Truth plain = merge_truth(merge);
  const auto stretch = [=](const std::vector<Doubles>& inputs) {
    std::vector<Doubles> all;
    for (size_t k = 0; k < inputs.size(); ++k) {
      Doubles longer(static_cast<size_t>(kBatch * shapes.dst.elements()));
      for (size_t i = 0; i < longer.size(); ++i) longer[i] = inputs[k][from(shapes.src[k], shapes.dst, i)];
      all.push_back(std::move(longer));
    }
    return all;
  };
  Truth truth;
  truth.forward = [=](auto& inputs, auto& weights) {
    const std::vector<Doubles> all = stretch(inputs);
    if (!adds) return plain.forward(all, weights);
    Doubles sum(all[0].size());
    for (const Doubles& each : all)
      for (size_t i = 0; i < sum.size(); ++i) sum[i] += each[i];
    return sum;
  };
  if (!plain.backward || adds) return truth;
  truth.backward = [=](auto& inputs, auto& weights, const Doubles& diff_output) {
    const Gradients whole = plain.backward(stretch(inputs), weights, diff_output);
    Gradients gradients = {{}, {}};
    for (size_t k = 0; k < inputs.size(); ++k) {
      Doubles sums(inputs[k].size());
      for (size_t i = 0; i < diff_output.size(); ++i) sums[from(shapes.src[k], shapes.dst, i)] += whole.inputs[k][i];
      gradients.inputs.push_back(std::move(sums));
    }
    return gradients;
  };
  return truth;
}

template <class L>
void check_stretched(kernels::Merge merge, bool adds = false) {
  for (const Shapes& shapes : kShapes) {
    if (std::is_same_v<L, Subtract> && shapes.src.size() > 2) continue;
    check_layer({.line = std::string(L::kType) + " " + to_string(shapes.src[0]) + " " + to_string(shapes.src[1]),
                 .layer = std::make_shared<L>(),
                 .batch = kBatch,
                 .shapes = shapes.src,
                 .truth = stretched(merge, shapes, adds),
                 .terms = 20});
  }
}

TEST(StretchedMerge, AgreesWithTheReference) {
  check_stretched<Multiply>(kernels::Merge::multiply);
  check_stretched<Add>(kernels::Merge::multiply, true);
  check_stretched<Subtract>(kernels::Merge::subtract);
  check_stretched<Average>(kernels::Merge::average);
  check_stretched<Maximum>(kernels::Merge::maximum);
  check_stretched<Minimum>(kernels::Merge::minimum);
}

TEST(StretchedMerge, ScalesChannels) {
  const LayerResult result = run_layer({.layer = std::make_shared<Multiply>(),
                                        .batch = 1,
                                        .shapes = {{1, 2, 2}, {1, 1, 2}},
                                        .inputs = {{1, 2, 3, 4}, {10, 100}},
                                        .diff_output = {1, 1, 1, 2}});
  EXPECT_EQ(result.output, Floats({10, 200, 30, 400}));
  EXPECT_EQ(result.diff_inputs[0], Floats({10, 100, 10, 200}));
  EXPECT_EQ(result.diff_inputs[1], Floats({1 + 3, 2 + 2 * 4}));
}

TEST(StretchedMerge, RefusesWhatDoesNotStretch) {
  const Multiply layer({.name = "merge"});
  EXPECT_EQ(refusal([&] { return layer.infer(std::vector<Shape>{{4, 4, 6}, {1, 2, 6}}); }, ErrorKind::usage),
            "merge: inputs must have one shape, or sizes of 1 that stretch (got (4, 4, 6) and (1, 2, 6))");
  EXPECT_EQ(refusal([&] { layer.infer(std::vector<Shape>{{2, 3, 4, 2}, {2, 1, 4, 1}}); }, ErrorKind::usage),
            "merge: sizes before the last two stretch all together or not at all (got (2, 1, 4, 1) for (2, 3, 4, 2))");
}

}  // namespace
}  // namespace fovea
