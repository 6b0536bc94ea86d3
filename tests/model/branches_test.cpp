// Nets that branch and join: gradients that meet are added. All layers here are linear (or bilinear in weights and
// input), so that central differences are exact for steps of any size, in float too.
#include <gtest/gtest.h>

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
