// Nets that branch and join: gradients that meet are added. All layers here are linear (or bilinear in weights and
// input), so that central differences are exact for steps of any size, in float too.
#include <gtest/gtest.h>

#include "tests/model/nets.h"

namespace fovea {
namespace {

constexpr int64_t kBatch = 5;

double total(const Floats& output, const Floats& diff) {
  double sum = 0;
  for (size_t i = 0; i < output.size(); ++i) sum += static_cast<double>(output[i]) * static_cast<double>(diff[i]);
  return sum;
}

// Every gradient of the plan against central differences of its own forward: of each weight, and of some of the input.
void expect_right_gradients(Model model) {
  const Floats diff = diff_for(model, kBatch);
  Floats pictures = pictures_for(model, kBatch);
  for (const PlanOptions& options :
       {PlanOptions{.batch = kBatch, .lanes = 1}, PlanOptions{.batch = kBatch, .lanes = 2, .tile = 1}}) {
    PlanOptions backward = options;
    backward.gradients = backward.input_gradient = true;
    const ModelRun run = run_model(model, backward, pictures, diff, 2);
    const auto value = [&] { return total(run_model(model, options, pictures).output, diff); };
    constexpr float kStep = 0.5f;
    const auto check = [&](double above, double below, float gradient, const std::string& what) {
      EXPECT_NEAR(gradient, (above - below) / (2 * kStep), 2e-4 * std::max(1.0, std::abs(above))) << what;
    };
    for (size_t i = 0; i < pictures.size(); i += pictures.size() / 9) {
      const float at = pictures[i];
      pictures[i] = at + kStep;
      const double above = value();
      pictures[i] = at - kStep;
      const double below = value();
      pictures[i] = at;
      check(above, below, run.gradients.back()[i], "input " + std::to_string(i));
    }
    for (int p = 0; p < model.parameters().size(); ++p) {
      Array weights = model.parameters().get(p);
      const auto w = weights.values<float>();
      for (size_t i = 0; i < w.size(); i += std::max<size_t>(w.size() / 4, 1)) {
        const float at = w[i];
        w[i] = at + kStep;
        model.parameters().set(p, weights);
        const double above = value();
        w[i] = at - kStep;
        model.parameters().set(p, weights);
        const double below = value();
        w[i] = at;
        model.parameters().set(p, weights);
        check(above, below, run.diff_weights[static_cast<size_t>(p)][i], model.parameters()[p].path);
      }
    }
  }
}

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
