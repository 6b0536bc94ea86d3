#include "fovea/layers/random_translation.h"

#include "tests/harness/files.h"
#include "tests/layers/random_truth.h"

namespace fovea {
namespace {

using kernels::FillMode;

TEST(RandomTranslation, AgreesWithTheReference) {
  for (const FillMode fill : {FillMode::constant, FillMode::reflect})
    check_map_layer(
        [=] {
          return std::make_shared<RandomTranslation>(RandomTranslationOptions{
              .height_factor = 0.5, .width_factor = {0.1, 0.9}, .fill_mode = fill, .fill_value = -2});
        },
        {.kind = kernels::MapKind::move, .low = {-0.5, 0.1}, .high = {0.5, 0.9}, .fill = fill, .value = -2});
}

TEST(RandomTranslation, MovesDownAndToTheRight) {
  const auto layer = std::make_shared<RandomTranslation>(RandomTranslationOptions{
      .height_factor = {0.5, 0.5}, .width_factor = {-0.5, -0.5}, .fill_mode = FillMode::constant});
  const LayerResult result =
      run_layer({.layer = layer, .batch = 1, .shapes = {{2, 2, 1}}, .inputs = {{1, 2, 3, 4}}, .training = true});
  EXPECT_EQ(result.output, Floats({0, 0, 2, 0}));
}

TEST(RandomTranslation, RefusesMoreThanThePicture) {
  const RandomTranslation layer({.height_factor = 0.1, .width_factor = 2, .name = "move"});
  EXPECT_EQ(refusal(
                [&] {
                  return layer.infer(std::vector<Shape>{{4, 4, 3}});
                },
                ErrorKind::usage),
            "move: width_factor must lie between -1 and 1 (got -2 to 2)");
}

}  // namespace
}  // namespace fovea
