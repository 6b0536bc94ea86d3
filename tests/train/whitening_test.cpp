#include "fovea/train/whitening.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST(Whitening, IsTheSameEveryTime) {
  Model a = net(8), b = net(8);
  whiten(a, "white", examples(), "--whiten");
  whiten(b, "white", examples(), "--whiten");
  const Array x = a.parameters().get(0), y = b.parameters().get(0);
  EXPECT_EQ(std::vector<float>(x.values<float>().begin(), x.values<float>().end()), std::vector<float>(y.values<float>().begin(), y.values<float>().end()));
}

TEST(Whitening, RefusesLayersThatItIsNotFor) {
  Model many = net(25), model = net(8);
  EXPECT_THAT(refusal([&] { whiten(many, "white", examples(), "--whiten"); }, ErrorKind::usage),
              testing::HasSubstr("--whiten: \"white\" has more filters than directions and their opposites (got 25, expected at most 24)"));
  EXPECT_THAT(refusal([&] { whiten(model, "head", examples(), "--whiten"); }, ErrorKind::usage), testing::HasSubstr("is no Conv2D that sees the pictures"));
  EXPECT_THAT(refusal([&] { whiten(model, "whit", examples(), "--whiten"); }, ErrorKind::usage), testing::HasSubstr("white"));
}

}  // namespace
}  // namespace fovea
