#include "fovea/layers/random_crop.h"

#include "tests/harness/files.h"
#include "tests/layers/random_truth.h"

namespace fovea {
namespace {

TEST(RandomCrop, AgreesWithTheReference) {
  for (const Problem& problem : problems_to_check("maps")) {
    const Shape shape = picture_of(problem);
    if (shape.rank() != 3 || shape[0] < 2 || shape[1] < 2) continue;
    const Shape dst = {shape[0] / 2, shape[1] - 1, shape[2]};
    check_layer({.line = problem.line,
                 .layer = std::make_shared<RandomCrop>(RandomCropOptions{.height = dst[0], .width = dst[1]}),
                 .batch = problem.size("n"),
                 .shapes = {shape},
                 .truth = map_truth(shape, dst, {.kind = kernels::MapKind::cut}),
                 .training = true});
  }
}

TEST(RandomCrop, TakesTheMiddleInInference) {
  const auto layer = std::make_shared<RandomCrop>(RandomCropOptions{.height = 2, .width = 2});
  EXPECT_EQ(apply(layer, {2, 4, 1}, {1, 2, 3, 4, 5, 6, 7, 8}), Floats({2, 3, 6, 7}));
  EXPECT_EQ(apply(layer, {4, 4, 1}, {1, 3, 5, 7, 1, 3, 5, 7, 1, 3, 5, 7, 1, 3, 5, 7}), Floats({2, 6, 2, 6}));
}

TEST(RandomCrop, BringsSmallPicturesToSizeInTraining) {
  const auto layer = std::make_shared<RandomCrop>(RandomCropOptions{.height = 2, .width = 2});
  const LayerResult result = run_layer({.layer = layer,
                                        .batch = 1,
                                        .shapes = {{1, 1, 1}},
                                        .inputs = {{5}},
                                        .diff_output = {1, 2, 3, 4},
                                        .training = true});
  EXPECT_EQ(result.output, Floats({5, 5, 5, 5}));
  EXPECT_EQ(result.diff_inputs[0], Floats({10}));
}

TEST(RandomCrop, RefusesASizeOfNothing) {
  const RandomCrop layer({.height = 0, .width = 3, .name = "cut"});
  EXPECT_EQ(refusal(
                [&] {
                  return layer.infer(std::vector<Shape>{{4, 4, 3}});
                },
                ErrorKind::usage),
            "cut: height and width cannot be (got 0x3, expected sizes from 1 to 65536)");
}

}  // namespace
}  // namespace fovea
