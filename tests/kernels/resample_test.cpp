#include "fovea/kernels/resample.h"

#include <gtest/gtest.h>

#include "fovea/base/random.h"
#include "fovea/kernels/resample_ref.h"
#include "tests/kernels/loops.h"

namespace fovea::kernels {
namespace {

using Floats = std::vector<float>;

Floats random_picture(int64_t count, uint64_t seed) {
  RandomStream random(seed, 1);
  Floats picture(static_cast<size_t>(count));
  for (float& x : picture) x = 255 * random.unit();
  return picture;
}

Floats resampled(const Resample& p, const Floats& src) {
  GuardedBuffer from((src.size() + static_cast<size_t>(resample_spare(p.c))) * sizeof(float));
  GuardedBuffer to(static_cast<size_t>(p.oh * p.ow * p.c) * sizeof(float));
  std::copy(src.begin(), src.end(), from.data());
  resample(p, from.data(), to.data());
  EXPECT_TRUE(from.guards_intact() && to.guards_intact());
  return {to.data(), to.data() + to.count()};
}

void expect_reference(const Resample& p, uint64_t seed) {
  const Floats src = random_picture(p.h * p.w * p.c, seed);
  Floats expected(static_cast<size_t>(p.oh * p.ow * p.c));
  resample_ref(p, src.data(), expected.data());
  const Floats got = resampled(p, src);
  for (size_t i = 0; i < expected.size(); ++i) ASSERT_NEAR(got[i], expected[i], 1e-4) << "at " << i;
}

const AffineMap kTurned = {{0.8, 0.5, -1.7}, {-0.55, 0.9, 2.3}};
const AffineMap kFar = {{0.3, 2.5, -40.1}, {-2.2, 1.9, 55.7}};
const AffineMap kMoved = {{1, 0, -2}, {0, 1, 3}};
const AffineMap kFlipped = {{-1, 0, 5}, {0, -1, 2}};
const AffineMap kUnlikely = {{1e300, -1e300, 1e30}, {1e12, 1e12, -1e12}};

TEST(Resample, AgreesWithTheReference) {
  for_instruction_sets([] {
    uint64_t seed = 0;
    for (const FillMode fill :
         {FillMode::constant, FillMode::nearest, FillMode::reflect, FillMode::wrap, FillMode::repeat})
      for (const AffineMap& map : {kTurned, kFar, kMoved, kFlipped})
        for (const int64_t c : {1, 2, 3, 4, 5, 8})
          for (const bool interpolate : {true, false})
            for (const auto& [h, w] : {std::pair{7, 5}, {1, 6}, {6, 1}, {40, 70}})
              expect_reference({.h = h,
                                .w = w,
                                .c = c,
                                .oh = h,
                                .ow = w,
                                .map = map,
                                .fill = fill,
                                .cval = 17,
                                .interpolate = interpolate},
                               ++seed);
  });
}

TEST(Resample, MakesPicturesOfAnotherSize) {
  for_instruction_sets([] {
    expect_reference({.h = 9, .w = 6, .c = 3, .oh = 4, .ow = 11, .map = {{2, 0.1, 0.3}, {0, 0.5, 0.2}}}, 1);
    expect_reference({.h = 3, .w = 3, .c = 1, .oh = 5, .ow = 5, .map = kMoved, .fill = FillMode::reflect}, 2);
  });
}

TEST(Resample, TurnsAPictureOverByWholePixels) {
  EXPECT_EQ(resampled({.h = 2, .w = 3, .c = 1, .oh = 2, .ow = 3, .map = {{-1, 0, 1}, {0, -1, 2}}}, {1, 2, 3, 4, 5, 6}),
            Floats({6, 5, 4, 3, 2, 1}));
}

TEST(Resample, StaysInsideThePictureForMapsBeyondAllNumbers) {
  for_instruction_sets([] {
    for (const FillMode fill :
         {FillMode::constant, FillMode::nearest, FillMode::reflect, FillMode::wrap, FillMode::repeat})
      for (const float x :
           resampled({.h = 5, .w = 4, .c = 3, .oh = 5, .ow = 4, .map = kUnlikely, .fill = fill}, random_picture(60, 3)))
        (void)x;
  });
}

}  // namespace
}  // namespace fovea::kernels
