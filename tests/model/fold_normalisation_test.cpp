// Inference: a normalisation becomes part of a neighbour where that is exact, and stays where it is not.
#include <gtest/gtest.h>

#include "fovea/layers/conv2d_transpose.h"
#include "fovea/layers/cropping2d.h"
#include "fovea/layers/gaussian_dropout.h"
#include "fovea/layers/gaussian_noise.h"
#include "fovea/layers/normalization.h"
#include "fovea/layers/permute.h"
#include "fovea/layers/reshape.h"
#include "fovea/layers/separable_conv2d.h"
#include "fovea/layers/spatial_dropout2d.h"
#include "fovea/layers/up_sampling2d.h"
#include "fovea/layers/zero_padding2d.h"
#include "fovea/model/runner.h"
#include "tests/model/nets.h"

namespace fovea {
namespace {

constexpr int64_t kBatch = 6;
const ActivationKind kRelu = ActivationKind::relu;

void negate_a_scale(Model& model) {
  const int gamma = model.parameters().find("batch_normalization/gamma");
  Array values = model.parameters().get(gamma);
  values.values<float>()[1] *= -1;
  model.parameters().set(gamma, values);
}

enum class Scale { positive, mixed };

// Whether the plan has no normalisation left; the numbers are those of the plan that folds nothing.
bool folds(Net net, Scale scale = Scale::mixed, const std::vector<int>& outputs = {}) {
  Model model = std::move(net).model(9);
  if (scale == Scale::mixed) negate_a_scale(model);
  PlanOptions options = {.batch = kBatch, .lanes = 2, .tile = 2, .outputs = outputs};
  const Floats pictures = pictures_for(model, kBatch);
  const ModelRun with = run_model(model, options, pictures);
  options.disabled_passes = {"fold normalisation"};
  const ModelRun without = run_model(model, options, pictures);
  EXPECT_TRUE(without.has_step("norm") || without.has_step("norm+relu"));
  expect_same(with, without, 1e-5, "folded");
  return !with.has_step("norm") && !with.has_step("norm+relu");
}

Conv2D conv(Padding padding = Padding::valid, ActivationKind activation = ActivationKind::linear, int64_t groups = 1) {
  return Conv2D({.filters = 8, .kernel_size = 3, .padding = padding, .groups = groups, .activation = activation});
}

TEST(FoldNormalisation, BackIntoAConvolution) {
  for (const Padding padding : {Padding::valid, Padding::same}) {
    Net net({9, 8, 5});
    net.add(conv(padding));
    net.add(BatchNormalization());
    net.add(Activation(kRelu));
    net.add(GlobalAveragePooling2D());
    EXPECT_TRUE(folds(std::move(net)));
  }
}

TEST(FoldNormalisation, BackIntoAConvolutionWithGroups) {
  Net net({7, 7, 6});
  net.add(conv(Padding::same, ActivationKind::linear, 2));
  net.add(BatchNormalization());
  EXPECT_TRUE(folds(std::move(net)));
}

TEST(FoldNormalisation, BackIntoADepthwiseASeparableAndATransposedConvolution) {
  for (int kind = 0; kind < 3; ++kind) {
    Net net({7, 6, 5});
    if (kind == 0) net.add(DepthwiseConv2D({.kernel_size = 3, .padding = Padding::same, .depth_multiplier = 2}));
    if (kind == 1) net.add(SeparableConv2D({.filters = 8, .kernel_size = 3, .padding = Padding::same}));
    if (kind == 2) net.add(Conv2DTranspose({.filters = 8, .kernel_size = 3, .strides = 2}));
    net.add(BatchNormalization());
    EXPECT_TRUE(folds(std::move(net)));
  }
}

TEST(FoldNormalisation, ForwardIntoADepthwiseConvolutionWithoutPadding) {
  for (const Padding padding : {Padding::valid, Padding::same}) {
    Net net({7, 6, 5});
    net.add(BatchNormalization());
    net.add(DepthwiseConv2D({.kernel_size = 3, .padding = padding, .depth_multiplier = 2}));
    EXPECT_EQ(folds(std::move(net)), padding == Padding::valid);
  }
}

TEST(FoldNormalisation, BackIntoDense) {
  Net net({12});
  net.add(Dense({.units = 5}));
  net.add(BatchNormalization());
  EXPECT_TRUE(folds(std::move(net)));
}

TEST(FoldNormalisation, ForwardIntoAConvolutionWithoutPadding) {
  for (const int64_t groups : {1, 2}) {
    Net net({9, 8, 6});
    net.add(BatchNormalization());
    net.add(conv(Padding::valid, kRelu, groups));
    EXPECT_TRUE(folds(std::move(net)));
  }
}

TEST(FoldNormalisation, NotForwardIntoAConvolutionWithPadding) {
  Net net({9, 8, 6});
  net.add(BatchNormalization());
  net.add(conv(Padding::same));
  EXPECT_FALSE(folds(std::move(net)));
}

TEST(FoldNormalisation, NotBackAcrossAnActivation) {
  Net net({9, 8, 6});
  net.add(conv(Padding::same, kRelu));
  net.add(BatchNormalization());
  EXPECT_FALSE(folds(std::move(net)));
}

TEST(FoldNormalisation, ForwardIntoDenseAcrossDropoutAndFlatten) {
  Net net({5, 4, 3});
  net.add(conv(Padding::same, kRelu));
  net.add(BatchNormalization());
  net.add(Dropout(0.4f));
  net.add(Flatten());
  net.add(Dense({.units = 7, .activation = kRelu}));
  EXPECT_TRUE(folds(std::move(net)));
}

TEST(FoldNormalisation, ForwardAcrossAveragePooling) {
  for (const Padding padding : {Padding::valid, Padding::same}) {
    Net net({9, 8, 3});
    net.add(BatchNormalization());
    net.add(AveragePooling2D({.pool_size = 3, .strides = Size2(2), .padding = padding}));
    net.add(conv());
    EXPECT_TRUE(folds(std::move(net)));
  }
}

TEST(FoldNormalisation, ForwardAcrossTheMeanOfMaps) {
  Net net({5, 4, 3});
  net.add(BatchNormalization());
  net.add(GlobalAveragePooling2D());
  net.add(Dense({.units = 7}));
  EXPECT_TRUE(folds(std::move(net)));
}

TEST(FoldNormalisation, ForwardAcrossLayersThatMoveCells) {
  const Layer::Commutes always = Layer::Commutes::always;
  EXPECT_EQ(Permute({.dims = {2, 1, 3}}).commutes_with_affine(), always);
  EXPECT_NE(Permute({.dims = {3, 1, 2}}).commutes_with_affine(), always);
  Net net({9, 8, 3});
  net.add(BatchNormalization());
  net.add(Cropping2D({.cropping = {1, 0, 2, 0}}));
  net.add(Permute({.dims = {2, 1, 3}}));
  net.add(UpSampling2D({.size = {2, 1}, .interpolation = Interpolation::bilinear}));
  net.add(conv());
  EXPECT_TRUE(folds(std::move(net)));
}

TEST(FoldNormalisation, NotAcrossPaddingOrReshape) {
  Net padded({6, 6, 3});
  padded.add(BatchNormalization());
  padded.add(ZeroPadding2D());
  padded.add(conv());
  EXPECT_FALSE(folds(std::move(padded)));

  Net reshaped({6, 6, 4});
  reshaped.add(BatchNormalization());
  reshaped.add(Reshape({.target_shape = {6, 3, 8}}));
  reshaped.add(conv());
  EXPECT_FALSE(folds(std::move(reshaped)));
}

TEST(FoldNormalisation, NotAcrossWhatDrawsInEveryCall) {
  const auto across = [](auto layer) {
    Net net({6, 6, 3});
    const int norm = net.add(BatchNormalization());
    net.add(std::move(layer), {norm}, true);
    net.add(conv());
    return net;
  };
  EXPECT_FALSE(folds(across(Dropout(0.4f))));
  EXPECT_FALSE(folds(across(SpatialDropout2D({.rate = 0.4f}))));
  EXPECT_FALSE(folds(across(GaussianNoise({.stddev = 0.4f}))));
  EXPECT_FALSE(folds(across(GaussianDropout({.rate = 0.4f}))));
}

TEST(FoldNormalisation, OfKnownMeansAsOfLearntOnes) {
  Net net({9, 8, 3});
  net.add(Normalization({.mean = ChannelNumbers{0.5f, 0.4f, 0.3f}, .variance = ChannelNumbers{0.1f, 0.2f, 0.3f}}));
  net.add(conv());
  net.add(Normalization());
  EXPECT_TRUE(folds(std::move(net), Scale::positive));
}

Net across_max_pooling() {
  Net net({9, 8, 3});
  net.add(BatchNormalization());
  net.add(MaxPooling2D({.pool_size = 2, .padding = Padding::same}));
  net.add(conv());
  return net;
}

TEST(FoldNormalisation, ForwardAcrossMaxPoolingWhereItsScaleIsNotNegative) {
  EXPECT_TRUE(folds(across_max_pooling(), Scale::positive));
  EXPECT_FALSE(folds(across_max_pooling(), Scale::mixed));
}

TEST(FoldNormalisation, NotWhereSomebodyElseReadsItsInputOrItself) {
  Net before({6, 6, 3});
  const int conv_out = before.add(conv(Padding::same));
  const int norm = before.add(BatchNormalization());
  before.add(Add(), {conv_out, norm});
  EXPECT_FALSE(folds(std::move(before)));

  Net behind({6, 6, 3});
  const int first = behind.add(BatchNormalization());
  const int a = behind.add(conv(), {first}), b = behind.add(conv(), {first});
  behind.add(Add(), {a, b});
  EXPECT_FALSE(folds(std::move(behind)));
}

TEST(FoldNormalisation, NotWhereItsOutputIsAskedFor) {
  Net net({6, 6, 3});
  const int norm = net.add(BatchNormalization());
  net.add(conv());
  EXPECT_FALSE(folds(std::move(net), Scale::mixed, {norm}));
}

TEST(FoldNormalisation, NotInTrainingNorWithGradients) {
  Net net({6, 6, 3});
  net.add(conv());
  net.add(BatchNormalization());
  Model model = std::move(net).model();
  const Floats pictures = pictures_for(model, 2);
  EXPECT_TRUE(run_model(model, {.batch = 2, .lanes = 1, .training = true}, pictures).has_step("norm"));
  EXPECT_TRUE(
      run_model(model, {.batch = 2, .lanes = 1, .gradients = true}, pictures, diff_for(model, 2)).has_step("norm"));
}

// conv (whose weights live in Keras's order, which its kernel copies), norm, dense.
TEST(FoldNormalisation, LeavesCopiesOfOtherWeightsRight) {
  Net net({9, 8, 16});
  net.add(Conv2D({.filters = 16, .kernel_size = 3, .padding = Padding::same, .activation = kRelu}));
  net.add(BatchNormalization());
  net.add(Flatten());
  net.add(Dense({.units = 7}));
  Model model = std::move(net).model();
  const int kernel = model.parameters().find("conv2d/kernel");
  model.parameters().set_home(kernel, kernels::WeightsLayout::plain(model.parameters()[kernel].spec.shape));
  PlanOptions options = {.batch = kBatch, .lanes = 1};
  const Floats pictures = pictures_for(model, kBatch);
  const ModelRun with = run_model(model, options, pictures);
  EXPECT_TRUE(with.has_step("copy weights"));
  options.disabled_passes = {"fold normalisation"};
  expect_same(with, run_model(model, options, pictures), 1e-5, "folded");
}

class StillFeed final : public kernels::Feed {
 public:
  explicit StillFeed(int64_t picture) : picture_(picture) {}
  void pictures(int64_t, int64_t rows, float* dst) const override { std::fill_n(dst, rows * picture_, 0.5f); }

 private:
  int64_t picture_;
};

TEST(FoldNormalisation, IsDoneAnewWhenWeightsChange) {
  Net net({4});
  net.add(Dense({.units = 2}));
  net.add(BatchNormalization());
  Model model = std::move(net).model();
  ThreadPool pool(1);
  Runner runner(model, pool, {.batch = 1, .lanes = 1});
  const StillFeed feed(4);
  const float before = runner.compute(1, {.feed = &feed}).output[0];
  EXPECT_EQ(runner.compute(1, {.feed = &feed}).output[0], before);
  randomize(model, 55);
  const Floats fresh = run_model(model, {.batch = 1, .lanes = 1}, Floats(4, 0.5f)).output;
  const float after = runner.compute(1, {.feed = &feed}).output[0];
  EXPECT_NE(after, before);
  EXPECT_EQ(after, fresh[0]);
}

}  // namespace
}  // namespace fovea
