#include "fovea/layers/random_zoom.h"

#include "tests/harness/files.h"
#include "tests/layers/random_truth.h"

namespace fovea {
namespace {

TEST(RandomZoom, AgreesWithTheReference) {
  check_map_layer([] { return std::make_shared<RandomZoom>(RandomZoomOptions{.height_factor = 0.5}); },
                  {.kind = kernels::MapKind::zoom_alike,
                   .low = {0.5, 0.5},
                   .high = {1.5, 1.5},
                   .fill = kernels::FillMode::reflect});
  check_map_layer(
      [] {
        return std::make_shared<RandomZoom>(RandomZoomOptions{
            .height_factor = 0.5, .width_factor = Factor(-0.3, 0), .interpolation = Interpolation::nearest});
      },
      {.kind = kernels::MapKind::zoom,
       .low = {0.5, 0.7},
       .high = {1.5, 1},
       .fill = kernels::FillMode::reflect,
       .interpolate = false});
}

TEST(RandomZoom, ShrinksThingsAboveZero) {
  const kernels::RandomMapProblem p{.src = Layout::plain(1, 5, 5, 1), .oh = 5, .ow = 5, .kind = kernels::MapKind::zoom};
  const kernels::AffineMap map = kernels::map_of(p, 2, 0.5);
  EXPECT_EQ(map.row[2], -2);    // the upper edge comes from above the picture
  EXPECT_EQ(map.column[2], 1);  // the left one from within
}

TEST(RandomZoom, RefusesToLeaveNothing) {
  const RandomZoom layer({.height_factor = 1, .name = "zoom"});
  EXPECT_EQ(refusal(
                [&] {
                  return layer.infer(std::vector<Shape>{{4, 4, 3}});
                },
                ErrorKind::usage),
            "zoom: factors must be above -1, which leaves nothing (got -1)");
}

}  // namespace
}  // namespace fovea
