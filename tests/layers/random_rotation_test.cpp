#include "fovea/layers/random_rotation.h"

#include "tests/harness/files.h"
#include "tests/layers/random_truth.h"

namespace fovea {
namespace {

using kernels::FillMode;

TEST(RandomRotation, AgreesWithTheReference) {
  for (const FillMode fill : {FillMode::constant, FillMode::nearest, FillMode::reflect, FillMode::wrap})
    check_map_layer(
        [=] {
          return std::make_shared<RandomRotation>(
              RandomRotationOptions{.factor = {-0.3, 0.4}, .fill_mode = fill, .fill_value = 0.5f});
        },
        {.kind = kernels::MapKind::turn,
         .low = {-0.3, 0},
         .high = {0.4, 0},
         .fill = fill == FillMode::wrap ? FillMode::repeat : fill,
         .value = 0.5f});
}

TEST(RandomRotation, TurnsByQuarters) {
  const kernels::RandomMapProblem p{.src = Layout::plain(1, 2, 2, 1), .oh = 2, .ow = 2, .kind = kernels::MapKind::turn};
  const kernels::AffineMap map =
      kernels::map_of(p, 0.25, 0);  // counterclockwise: the upper left comes from the upper right
  EXPECT_NEAR(map.row[2], 0, 1e-12);
  EXPECT_NEAR(map.column[2], 1, 1e-12);
}

TEST(RandomRotation, GivesItsInputUnchangedInInference) {
  EXPECT_EQ(apply(std::make_shared<RandomRotation>(RandomRotationOptions{.factor = 0.5}), {1, 3, 1}, {1, 2, 3}),
            Floats({1, 2, 3}));
}

TEST(RandomRotation, RefusesMoreThanAWholeTurn) {
  const RandomRotation layer({.factor = 1.5, .name = "turn"});
  EXPECT_EQ(refusal(
                [&] {
                  return layer.infer(std::vector<Shape>{{4, 4, 3}});
                },
                ErrorKind::usage),
            "turn: factor must lie between -1 and 1 (got -1.5 to 1.5)");
}

}  // namespace
}  // namespace fovea
