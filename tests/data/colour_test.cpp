#include "fovea/data/colour.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "fovea/base/file.h"
#include "fovea/base/json.h"
#include "fovea/data/policy.h"
#include "tests/data/draw.h"
#include "tests/harness/files.h"
#include "tests/harness/source_tree.h"

namespace fovea {
namespace {

using Floats = std::vector<float>;

void expect_near(const Floats& got, const Floats& expected, float tolerance) {
  ASSERT_EQ(got.size(), expected.size());
  for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], tolerance) << "at " << i;
}

TEST(Colour, IsPillowsToAByte) {
  const std::string path = source_tree("tests/golden/augment/colours.json");
  const Json golden = parse_json(read_file(path), path);
  const auto flat = [](const Json& rows) {
    Floats numbers;
    for (const Json& row : rows)
      for (const Json& pixel : row)
        for (const Json& x : pixel) numbers.push_back(x.get<float>());
    return numbers;
  };
  const std::vector<std::tuple<std::string, Operation, double>> operations = {
      {"brightness", Operation::brightness, 0.3},
      {"contrast", Operation::contrast, -0.6},
      {"color", Operation::color, 0.7},
      {"sharpness", Operation::sharpness, 0.9},
      {"posterize", Operation::posterize, 3},
      {"solarize", Operation::solarize, 120},
      {"auto_contrast", Operation::auto_contrast, 0},
      {"equalize", Operation::equalize, 0}};
  const Floats picture = flat(golden.at("picture"));
  for (const auto& [name, operation, size] : operations) {
    SCOPED_TRACE(name);
    Canvas bytes = canvas_of({6, 7, 3}, picture);
    apply_operation(operation, size, {}, bytes);
    // Pillow rounds what it blends with (by half a byte at most), and rounds the mixture down.
    const bool blends = operation >= Operation::color && operation <= Operation::sharpness;
    expect_near(numbers_of(bytes), flat(golden.at("results").at(name)),
                1 + (blends ? 0.5f * static_cast<float>(std::abs(size)) : 0));
    // The same in another range.
    Floats shares = picture;
    for (float& x : shares) x /= 255;
    Canvas unit = canvas_of({6, 7, 3}, shares);
    apply_operation(operation, operation == Operation::solarize ? size / 255 : size, {.range = {0, 1}}, unit);
    Floats got = numbers_of(unit);
    for (float& x : got) x *= 255;
    expect_near(got, numbers_of(bytes), 1e-3f);
  }
}

TEST(Colour, HuesTurnAroundTheCircle) {
  Canvas canvas = canvas_of({1, 3, 3}, {200, 0, 0, 100, 100, 100, 10, 60, 35});
  turn_hue(canvas, 1.0f / 3);
  expect_near(numbers_of(canvas), {0, 200, 0, 100, 100, 100, 35, 10, 60}, 1e-3f);
  turn_hue(canvas, -1.0f / 3);
  expect_near(numbers_of(canvas), {200, 0, 0, 100, 100, 100, 10, 60, 35}, 1e-3f);
  turn_hue(canvas, 0.5f);
  expect_near(numbers_of(canvas), {0, 200, 200, 100, 100, 100, 60, 10, 35}, 1e-3f);
}

TEST(Colour, LeavesGrayPicturesWithoutColours) {
  Canvas canvas = canvas_of({1, 3, 1}, {1, 2, 3});
  saturate(canvas, {}, 3);
  turn_hue(canvas, 0.2f);
  EXPECT_EQ(numbers_of(canvas), Floats({1, 2, 3}));
}

TEST(Jitter, DrawsFactorsAroundOne) {
  float low = 1000, high = 0;
  for (uint64_t i = 0; i < 1000; ++i) {
    Canvas canvas = canvas_of({1, 1, 1}, {100});
    RandomStream random = stream_of(i);
    jitter({.brightness = 0.4}, {}, canvas, random);
    low = std::min(low, canvas.now()[0]);
    high = std::max(high, canvas.now()[0]);
  }
  EXPECT_NEAR(low, 60, 1);
  EXPECT_NEAR(high, 140, 1);
}

TEST(Jitter, RefusesHuesBeyondHalfTheCircle) {
  EXPECT_EQ(refusal([] { check(JitterOptions{.hue = 0.7}, "--augment"); }, ErrorKind::usage),
            "--augment: hue: must lie between 0 and 0.5 (got 0.7)");
}

TEST(Policy, MovesAndShearsAsItsNamesSay) {
  const auto done = [](Operation operation, double size) {
    Canvas canvas = canvas_of({3, 3, 1}, counted(9, 1));
    apply_operation(operation, size, {.fill_mode = FillMode::constant}, canvas);
    return numbers_of(canvas);
  };
  EXPECT_EQ(done(Operation::identity, 1), counted(9, 1));
  EXPECT_EQ(done(Operation::translate_x, 1.9), Floats({0, 1, 2, 0, 4, 5, 0, 7, 8}));
  EXPECT_EQ(done(Operation::translate_y, -1), Floats({4, 5, 6, 7, 8, 9, 0, 0, 0}));
  // torchvision's affine about center [0, 0], the upper left corner: the point (x, y) comes from (x + y / 2, y).
  // Pixels' middles are half numbers, so that of column c and row r comes from column c + r / 2 + 1 / 4.
  expect_near(done(Operation::shear_x, std::atan(0.5)), {1.25f, 2.25f, 0, 4.75f, 5.75f, 0, 8.25f, 0, 0}, 1e-4f);
  expect_near(done(Operation::shear_y, std::atan(0.5)), {1.75f, 4.25f, 6.75f, 4.75f, 7.25f, 0, 0, 0, 0}, 1e-4f);
  expect_near(done(Operation::shear_x, std::atan(-0.5)), {0, 1.75f, 2.75f, 0, 4.25f, 5.25f, 0, 0, 7.75f}, 1e-4f);
}

TEST(Policy, HasTorchvisionsMagnitudes) {
  const Shape shape = {331, 662, 3};
  EXPECT_DOUBLE_EQ(std::tan(operation_size(Operation::shear_x, 30, false, shape, {})), 0.3);
  EXPECT_DOUBLE_EQ(std::tan(operation_size(Operation::shear_y, 30, true, shape, {})), 0.99);
  EXPECT_DOUBLE_EQ(operation_size(Operation::translate_x, 15, false, shape, {}), 150);
  EXPECT_DOUBLE_EQ(operation_size(Operation::translate_y, 30, false, shape, {}), 150);
  EXPECT_DOUBLE_EQ(operation_size(Operation::translate_y, 30, true, shape, {}), 32);
  EXPECT_DOUBLE_EQ(operation_size(Operation::rotate, 10, false, shape, {}), 10);
  EXPECT_DOUBLE_EQ(operation_size(Operation::rotate, 30, true, shape, {}), 135);
  EXPECT_DOUBLE_EQ(operation_size(Operation::contrast, 30, false, shape, {}), 0.9);
  EXPECT_EQ(operation_size(Operation::posterize, 30, false, shape, {}), 4);
  EXPECT_EQ(operation_size(Operation::posterize, 30, true, shape, {}), 2);
  EXPECT_EQ(operation_size(Operation::solarize, 30, false, shape, {}), 0);
  EXPECT_EQ(operation_size(Operation::solarize, 0, false, shape, {}), 255);
}

TEST(Policy, DrawsManyDifferentPictures) {
  for (const PolicyOptions& options : {PolicyOptions{.rand_augment = 2}, PolicyOptions{.trivial_augment = true}}) {
    std::set<Floats> seen;
    for (uint64_t i = 0; i < 200; ++i) {
      Canvas canvas = canvas_of({6, 6, 3}, counted(108, 20));
      RandomStream random = stream_of(i);
      apply_policies(options, {}, canvas, random);
      for (const float x : numbers_of(canvas)) ASSERT_TRUE(x >= 0 && x <= 255) << x;
      seen.insert(numbers_of(canvas));
    }
    EXPECT_GT(seen.size(), 60u);
  }
}

TEST(Policy, RefusesTwoAtATime) {
  EXPECT_EQ(
      refusal([] { check(PolicyOptions{.rand_augment = 2, .trivial_augment = true}, "--augment"); }, ErrorKind::usage),
      "--augment: trivial_augment: does not go with rand_augment (got both, expected one)");
}

}  // namespace
}  // namespace fovea
