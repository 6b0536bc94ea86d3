// Nets that branch and join: gradients that meet are added. All layers here are linear (or bilinear in weights and
// input), so that central differences are exact for steps of any size, in float too.
#include <gtest/gtest.h>

#include "fovea/layers/reshape.h"
#include "tests/model/gradients.h"
#include "tests/model/nets.h"

namespace fovea {
namespace {

Conv2D conv(int64_t filters, int64_t kernel = 3) {
  return Conv2D({.filters = filters, .kernel_size = kernel, .padding = Padding::same});
}

TEST(Branches, OfASumShareItsGradient) {
  Net net({5, 4, 3});
  const int a = net.add(conv(8));
  const int b = net.add(conv(8), {a});
  net.add(Add(), {a, b});
  net.add(conv(4));
  expect_right_gradients(std::move(net).model());
}

TEST(Branches, ThatJoinSideBySideTakeTheirParts) {
  Net net({5, 4, 3});
  const int a = net.add(conv(8)), b = net.add(conv(5, 1), {0}),
            c = net.add(AveragePooling2D({.pool_size = 3, .strides = Size2(1), .padding = Padding::same}), {a});
  const int joined = net.add(Concatenate(), {a, b, c});
  net.add(conv(6, 1), {joined});
  expect_right_gradients(std::move(net).model());
}

TEST(Branches, MayReadOneLayerThreeTimes) {
  Net net({4, 4, 8});
  const int a = net.add(conv(8));
  const int sum = net.add(Add(), {a, a, 0});
  net.add(Concatenate(), {sum, a});
  net.add(GlobalAveragePooling2D());
  expect_right_gradients(std::move(net).model());
}

// Convolutions with weights of 1 over the tensor as 8 rows and as 4, which lie in one memory.
TEST(Branches, MayReadOneTensorInSeveralShapes) {
  const Conv2D sum_of_a_row({.filters = 32, .kernel_size = {1, 8}, .use_bias = false});
  Net net({8, 8, 32});
  const int eight = net.add(sum_of_a_row);
  net.add(Reshape({.target_shape = {4, 8, 64}}), {0});
  const int four = net.add(sum_of_a_row);
  net.add(Concatenate({.axis = {1}}), {eight, four});
  Model model = std::move(net).model();
  for (int p = 0; p < model.parameters().size(); ++p) {
    const Shape& shape = model.parameters()[p].spec.shape;
    model.parameters().set(p, Array::of<float>(shape, Floats(static_cast<size_t>(shape.elements()), 1.0f)));
  }
  // The 256 numbers of row y are y + 1.
  Floats picture;
  for (int y = 0; y < 8; ++y) picture.insert(picture.end(), 256, static_cast<float>(y + 1));
  const ModelRun run = run_model(model, {.batch = 1, .lanes = 1, .gradients = true}, picture, Floats(12 * 32, 1.0f));
  for (size_t y = 0; y < 8; ++y) EXPECT_EQ(run.output[y * 32], 256.0f * static_cast<float>(y + 1));
  for (size_t y = 0; y < 4; ++y)
    EXPECT_EQ(run.output[(8 + y) * 32], 256.0f * static_cast<float>((2 * y + 1) + (2 * y + 2)));
  // Of the first columns of 64 channels: those of rows 0, 2, 4, 6; of the others those of rows 1, 3, 5, 7.
  const Floats &of_eight = run.diff_weights[0], &of_four = run.diff_weights[1];
  EXPECT_EQ(of_eight, Floats(of_eight.size(), 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8));
  for (size_t i = 0; i < of_four.size(); ++i)
    EXPECT_EQ(of_four[i], i < of_four.size() / 2 ? 1 + 3 + 5 + 7 : 2 + 4 + 6 + 8);
}

TEST(Branches, OfVectorsMeetInLanes) {
  Net net({3, 4, 5});
  net.add(conv(4));
  const int flat = net.add(Flatten());
  const int a = net.add(Dense({.units = 6})), b = net.add(Dense({.units = 6}), {flat});
  const int sum = net.add(Add(), {a, b});
  net.add(Concatenate(), {sum, a, flat});
  net.add(Dense({.units = 3}));
  expect_right_gradients(std::move(net).model());
}

TEST(Branches, GoFromTilesToLanesAndBack) {
  Net net({4, 4, 3});
  const int a = net.add(conv(5));
  const int b = net.add(Dense({.units = 5}));  // over channels, once a lane
  const int c = net.add(conv(5));
  net.add(Add(), {a, b, c});
  net.add(Flatten());
  net.add(Dense({.units = 2}));
  expect_right_gradients(std::move(net).model());
}

TEST(Branches, ThatNobodyTrainsPassGradientsAllTheSame) {
  Net net({4, 4, 3});
  const int a = net.add(conv(4));
  const int b = net.add(conv(4));
  net.add(Add(), {a, b});
  Model model = std::move(net).model();
  const ModelRun free = run_model(model, {.batch = 2, .lanes = 1, .gradients = true, .input_gradient = true},
                                  pictures_for(model, 2), diff_for(model, 2));
  model.graph().node(b).layer->set_trainable(false);
  const ModelRun frozen = run_model(model, {.batch = 2, .lanes = 1, .gradients = true, .input_gradient = true},
                                    pictures_for(model, 2), diff_for(model, 2));
  EXPECT_EQ(frozen.gradients, free.gradients);
  EXPECT_EQ(frozen.diff_weights[0], free.diff_weights[0]);
  EXPECT_TRUE(frozen.diff_weights[2].empty());
}

}  // namespace
}  // namespace fovea
