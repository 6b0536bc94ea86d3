#include "fovea/layers/random_flip.h"

#include "tests/harness/files.h"
#include "tests/layers/random_truth.h"

namespace fovea {
namespace {

TEST(RandomFlip, AgreesWithTheReference) {
  for (const FlipMode mode : {FlipMode::horizontal, FlipMode::vertical, FlipMode::horizontal_and_vertical})
    check_map_layer([=] { return std::make_shared<RandomFlip>(RandomFlipOptions{.mode = mode}); },
                    {.kind = kernels::MapKind::flip,
                     .flip_rows = mode != FlipMode::horizontal,
                     .flip_columns = mode != FlipMode::vertical});
}

TEST(RandomFlip, TurnsEverySecondPictureOver) {
  const LayerResult result =
      run_layer({.layer = std::make_shared<RandomFlip>(RandomFlipOptions{.mode = FlipMode::horizontal}),
                 .batch = 200,
                 .shapes = {{1, 2, 1}},
                 .inputs = {[] {
                   Floats pairs;
                   for (int i = 0; i < 200; ++i) pairs.insert(pairs.end(), {1, 2});
                   return pairs;
                 }()},
                 .training = true});
  int turned = 0;
  for (size_t i = 0; i < 400; i += 2) {
    EXPECT_EQ(result.output[i] + result.output[i + 1], 3);
    turned += result.output[i] == 2;
  }
  EXPECT_NEAR(turned, 100, 28);
}

TEST(RandomFlip, GivesItsInputUnchangedInInference) {
  EXPECT_EQ(apply(std::make_shared<RandomFlip>(), {1, 3, 1}, {1, 2, 3}), Floats({1, 2, 3}));
}

TEST(RandomFlip, RefusesAModeItDoesNotKnow) {
  EXPECT_EQ(refusal(
                [] {
                  options_from_json<RandomFlipOptions>(Json{{"mode", "horizontl"}}, "flip");
                },
                ErrorKind::usage),
            "flip: mode: cannot be (got \"horizontl\", expected horizontal, vertical or horizontal_and_vertical); did "
            "you mean \"horizontal\"?");
}

}  // namespace
}  // namespace fovea
