#include "fovea/data/transform.h"

#include <gtest/gtest.h>

#include <cmath>

#include "fovea/base/fields.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

using Floats = std::vector<float>;

Floats transformed(const Shape& shape, const Floats& picture, const Transform& transform,
                   const TransformRule& rule = {}) {
  Canvas canvas;
  canvas.reshape(shape);
  std::copy(picture.begin(), picture.end(), canvas.now());
  apply_transform(transform, rule, canvas);
  return {canvas.now(), canvas.now() + canvas.elements()};
}

const Shape kWide = {2, 3, 1};
const Floats kNumbers = {1, 2, 3, 4, 5, 6};

TEST(Transform, ShiftsOfHeightMoveRows) {
  EXPECT_EQ(transformed(kWide, kNumbers, {.tx = 1}), Floats({4, 5, 6, 4, 5, 6}));
  EXPECT_EQ(transformed(kWide, kNumbers, {.ty = -1}), Floats({1, 1, 2, 4, 4, 5}));
}

TEST(Transform, ShiftsOfHeightMoveColumnsInKeras) {
  const TransformRule keras = {.compat = Compat::keras};
  EXPECT_EQ(transformed(kWide, kNumbers, {.ty = 1}, keras), Floats({4, 5, 6, 4, 5, 6}));
  EXPECT_EQ(transformed(kWide, kNumbers, {.tx = -1}, keras), Floats({1, 1, 2, 4, 4, 5}));
}

TEST(Transform, TurnsAPictureThatIsNotSquareAboutItsMiddle) {
  const Floats turned = transformed(kWide, kNumbers, {.theta = 180});
  for (size_t i = 0; i < 6; ++i) EXPECT_NEAR(turned[i], kNumbers[5 - i], 1e-5);
  const Floats off = transformed(kWide, kNumbers, {.theta = 180}, {.compat = Compat::keras});
  EXPECT_GT(std::abs(off[0] - 6), 0.5);
}

TEST(Transform, KeepsBrightPixelsWithinTheRange) {
  EXPECT_EQ(transformed({1, 3, 1}, {0.1f, 0.5f, 0.9f}, {.brightness = 1.5}, {.range = {0, 1}}),
            Floats({0.15f, 0.75f, 1}));
  EXPECT_EQ(transformed({1, 3, 1}, {10, 100, 200}, {.brightness = 1.5}), Floats({15, 150, 255}));
  EXPECT_EQ(transformed({1, 3, 1}, {0.1f, 0.5f, 1.9f}, {.brightness = 1.5}, {.compat = Compat::keras}),
            Floats({0, 0, 1}));
}

TEST(Transform, ShiftsChannelsWithinThePicturesOwnNumbers) {
  EXPECT_EQ(transformed({1, 3, 1}, {10, 100, 200}, {.channel_shift_intensity = 50}), Floats({60, 150, 200}));
}

TEST(Transform, DrawsFromKerasRanges) {
  const TransformOptions options = {.rotation_range = 20,
                                    .width_shift_range = {.most = 0.2},
                                    .height_shift_range = {.most = 3},
                                    .shear_range = 5,
                                    .zoom_range = {0.8, 1.2},
                                    .channel_shift_range = 7,
                                    .brightness_range = Range{0.5, 1.5},
                                    .horizontal_flip = true};
  constexpr int kDraws = 4000;
  Transform low, high;
  low.channel_shift_intensity = low.brightness = high.channel_shift_intensity = high.brightness = 0.9;
  int flips = 0, same_zoom = 0;
  for (int i = 0; i < kDraws; ++i) {
    RandomStream random(1, purpose::kAugment, 0, static_cast<uint64_t>(i));
    const Transform t = draw_transform(options, {40, 50, 3}, false, random);
    for (const auto member :
         {&Transform::theta, &Transform::tx, &Transform::ty, &Transform::shear, &Transform::zx, &Transform::zy}) {
      low.*member = std::min(low.*member, t.*member);
      high.*member = std::max(high.*member, t.*member);
    }
    for (const auto member : {&Transform::channel_shift_intensity, &Transform::brightness}) {
      low.*member = std::min(*(low.*member), *(t.*member));
      high.*member = std::max(*(high.*member), *(t.*member));
    }
    flips += t.flip_horizontal;
    same_zoom += t.zx == t.zy;
    EXPECT_FALSE(t.flip_vertical);
  }
  const auto expect = [](double least, double most, double from, double to) {
    const double near = (to - from) / 200;
    EXPECT_GE(least, from);
    EXPECT_LT(least, from + near);
    EXPECT_LE(most, to);
    EXPECT_GT(most, to - near);
  };
  expect(low.theta, high.theta, -20, 20);
  expect(low.tx, high.tx, -3, 3);    // pixels
  expect(low.ty, high.ty, -10, 10);  // a fifth of 50 columns
  expect(low.shear, high.shear, -5, 5);
  expect(low.zx, high.zx, 0.8, 1.2);
  expect(low.zy, high.zy, 0.8, 1.2);
  expect(*low.channel_shift_intensity, *high.channel_shift_intensity, -7, 7);
  expect(*low.brightness, *high.brightness, 0.5, 1.5);
  EXPECT_NEAR(flips, kDraws / 2, 4 * std::sqrt(kDraws) / 2);
  EXPECT_EQ(same_zoom, 0);
}

TEST(Transform, DrawsWholePixelsAndFromLists) {
  const TransformOptions options = {.width_shift_range = {.whole = 3}, .height_shift_range = {.values = {0.25, 0.5}}};
  for (uint64_t i = 0; i < 200; ++i) {
    RandomStream random(1, purpose::kAugment, 0, i);
    const Transform t = draw_transform(options, {8, 8, 1}, false, random);
    EXPECT_TRUE(std::abs(t.ty) == 0 || std::abs(t.ty) == 1 || std::abs(t.ty) == 2) << t.ty;
    EXPECT_TRUE(std::abs(t.tx) == 2 || std::abs(t.tx) == 4) << t.tx;
  }
}

TEST(Transform, ReadsKerasArguments) {
  const auto options = options_from_json<TransformOptions>(Json{{"zoom_range", 0.2},
                                                                {"width_shift_range", 2},
                                                                {"height_shift_range", 2.5},
                                                                {"brightness_range", {0.5, 1}},
                                                                {"fill_mode", "wrap"}},
                                                           "x");
  EXPECT_DOUBLE_EQ(options.zoom_range.low, 0.8);
  EXPECT_DOUBLE_EQ(options.zoom_range.high, 1.2);
  EXPECT_EQ(options.width_shift_range.whole, 2);
  EXPECT_EQ(options.height_shift_range.most, 2.5);
  EXPECT_EQ(options.brightness_range->low, 0.5);
  EXPECT_EQ(options.fill_mode, FillMode::wrap);
}

TEST(Transform, RefusesRangesThatCannotBe) {
  const auto message = [](const TransformOptions& options) {
    return refusal([&] { check(options, "--augment"); }, ErrorKind::usage);
  };
  EXPECT_EQ(message({.rotation_range = -3}), "--augment: rotation_range: must be at least 0 and finite (got -3)");
  EXPECT_EQ(message({.zoom_range = {1.5, 0.5}}),
            "--augment: zoom_range: cannot be (got 1.5 to 0.5, expected two numbers from 0 on, the smaller first)");
  EXPECT_EQ(refusal(
                [] {
                  options_from_json<TransformOptions>(Json{{"fill_mode", "reflekt"}}, "--augment");
                },
                ErrorKind::usage),
            "--augment: fill_mode: cannot be (got \"reflekt\", expected constant, nearest, reflect or wrap); did you "
            "mean \"reflect\"?");
}

}  // namespace
}  // namespace fovea
