#include "fovea/train/whitening.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <omp.h>

#include <algorithm>
#include <cmath>

#include "fovea/base/random.h"
#include "fovea/layers/conv2d.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/flatten.h"
#include "tests/harness/files.h"
#include "tests/harness/run_model.h"

namespace fovea {
namespace {

constexpr int64_t kPictures = 60, kSide = 8;

// Neighbouring pixels and colours that have much in common.
ArrayExamples examples() {
  Array pictures(DType::f32, {kPictures, kSide, kSide, 3});
  RandomStream random(1, purpose::kSample);
  for (float* picture = pictures.values<float>().data(); picture < pictures.values<float>().data() + kPictures * kSide * kSide * 3; picture += kSide * kSide * 3) {
    const double brightness = random.normal();
    for (int64_t i = 0; i < kSide * kSide; ++i) {
      const double gray = brightness + 0.3 * random.normal();
      for (int64_t c = 0; c < 3; ++c) picture[3 * i + c] = static_cast<float>(gray + 0.05 * random.normal());
    }
  }
  return ArrayExamples(std::move(pictures), std::vector<int32_t>(kPictures), 2);
}

Model net(int64_t filters) {
  return sequential({.input_shape = {kSide, kSide, 3}}, Conv2D({.filters = filters, .kernel_size = 2, .name = "white"}), Flatten(), Dense({.units = 2, .name = "head"}));
}

TEST(Whitening, MakesOutputsUncorrelatedAndOfOneSize) {
  Model model = net(24);
  const ArrayExamples data = examples();
  whiten(model, "white", data, "--whiten", {.pictures = kPictures, .epsilon = 0});
  Floats pictures(kPictures * kSide * kSide * 3);
  for (int64_t i = 0; i < kPictures; ++i) data.picture(i, pictures.data() + i * kSide * kSide * 3);
  const Floats out = run_model(model, {.batch = kPictures, .outputs = {model.graph().find("white")}}, pictures).outputs[0];
  std::vector<double> means(24);
  const size_t cells = out.size() / 24;
  for (size_t i = 0; i < out.size(); ++i) means[i % 24] += static_cast<double>(out[i]) / static_cast<double>(cells);
  for (size_t a = 0; a < 12; ++a)
    for (size_t b = 0; b < 12; ++b) {
      double product = 0;
      for (size_t i = 0; i < cells; ++i) product += (static_cast<double>(out[24 * i + a]) - means[a]) * (static_cast<double>(out[24 * i + b]) - means[b]);
      EXPECT_NEAR(product / static_cast<double>(cells), a == b ? 1 : 0, 1e-3) << a << " " << b;
    }
  for (size_t i = 0; i < cells; ++i)
    for (size_t a = 0; a < 12; ++a) EXPECT_NEAR(out[24 * i + a], -out[24 * i + a + 12], 1e-4) << "the second half has the other sign";
  EXPECT_FALSE(model.graph().node(model.graph().find("white")).layer->trainable());
}

// Pictures turned and mirrored in all eight ways have directions of the same variance, which rounding alone tells apart:
// whatever changes a last bit changes the filters.
TEST(Whitening, IsTheSameWithAnyNumberOfThreads) {
  constexpr int64_t kEdge = 32, kTurned = 32;
  Array pictures(DType::f32, {kTurned, kEdge, kEdge, 3});
  RandomStream random(1, purpose::kSample);
  Floats picture(kEdge * kEdge * 3);
  float* out = pictures.values<float>().data();
  for (int64_t n = 0; n < kTurned; ++n) {
    if (n % 8 == 0)
      for (float& number : picture) number = static_cast<float>(random.normal());
    for (int64_t y = 0; y < kEdge; ++y)
      for (int64_t x = 0; x < kEdge; ++x) {
        int64_t row = n & 1 ? kEdge - 1 - y : y, column = n & 2 ? kEdge - 1 - x : x;
        if (n & 4) std::swap(row, column);
        out = std::copy_n(picture.begin() + 3 * (row * kEdge + column), 3, out);
      }
  }
  const ArrayExamples data(std::move(pictures), std::vector<int32_t>(kTurned), 2);
  const int before = omp_get_max_threads();
  Floats kernels[3];
  for (const int threads : {1, 2, 3}) {
    omp_set_num_threads(threads);
    Model model = sequential({.input_shape = {kEdge, kEdge, 3}}, Conv2D({.filters = 8, .kernel_size = 5, .name = "white"}), Flatten(), Dense({.units = 2}));
    whiten(model, "white", data, "--whiten");
    const Array kernel = model.parameters().get(0);
    kernels[threads - 1].assign(kernel.values<float>().begin(), kernel.values<float>().end());
  }
  omp_set_num_threads(before);
  EXPECT_EQ(kernels[0], kernels[1]);
  EXPECT_EQ(kernels[0], kernels[2]);
}

TEST(Whitening, RefusesLayersThatItIsNotFor) {
  Model many = net(25), model = net(8);
  EXPECT_THAT(refusal([&] { whiten(many, "white", examples(), "--whiten"); }, ErrorKind::usage),
              testing::HasSubstr("--whiten: \"white\" has more filters than directions and their opposites (got 25, expected at most 24)"));
  for (Conv2DOptions options : {Conv2DOptions{.kernel_size = kSide + 1}, {.kernel_size = 2, .dilation_rate = 2}}) {
    options.filters = 2;
    options.padding = Padding::same;
    options.name = "white";
    Model other = sequential({.input_shape = {kSide, kSide, 3}}, Conv2D(options), Flatten(), Dense({.units = 2}));
    EXPECT_THAT(refusal([&] { whiten(other, "white", examples(), "--whiten"); }, ErrorKind::usage),
                testing::HasSubstr("\"white\" sees no patches that lie within a picture"));
  }
  EXPECT_THAT(refusal([&] { whiten(model, "head", examples(), "--whiten"); }, ErrorKind::usage), testing::HasSubstr("is no Conv2D that sees the pictures"));
  EXPECT_THAT(refusal([&] { whiten(model, "whit", examples(), "--whiten"); }, ErrorKind::usage), testing::HasSubstr("white"));
}

}  // namespace
}  // namespace fovea
