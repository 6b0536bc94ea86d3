#include "fovea/layers/layer_normalization.h"

#include <gtest/gtest.h>

#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"
#include "tests/layers/picture_norm_truth.h"

namespace fovea {
namespace {

// `taken`: rows, columns, channels.
void check(const LayerNormalizationOptions& options, std::array<bool, 3> taken = {false, false, true}) {
  for (const Problem& problem : problems_to_check("maps")) {
    const Shape shape = picture_of(problem);
    const bool channels_alone = taken == std::array<bool, 3>{false, false, true};
    if (shape.rank() != 3 && !channels_alone) continue;
    const Layout src = Layout::plain_of(problem.size("n"), shape);
    const auto [h, w, c] = taken;
    check_layer({.line = problem.line,
                 .layer = std::make_shared<LayerNormalization>(options),
                 .batch = src.n,
                 .shapes = {shape},
                 .truth = picture_norm_truth({.src = src,
                                              .together = {h, w, false, c},
                                              .weighted = {h, w, c, c},
                                              .epsilon = options.epsilon,
                                              .rms = options.rms_scaling},
                                             options.scale || options.rms_scaling,
                                             options.center && !options.rms_scaling),
                 .terms = src.elements()});
  }
}

TEST(LayerNormalization, AgreesWithTheReference) { check({.epsilon = 0.1f}); }
TEST(LayerNormalization, AgreesWithTheReferenceWithoutScale) { check({.epsilon = 0.1f, .scale = false}); }
TEST(LayerNormalization, AgreesWithTheReferenceBare) { check({.epsilon = 0.1f, .center = false, .scale = false}); }
TEST(LayerNormalization, AgreesWithTheReferenceWithRmsScaling) {
  check({.epsilon = 1, .scale = false, .rms_scaling = true});
}
TEST(LayerNormalization, AgreesWithTheReferenceOverTheWholePicture) {
  check({.axis = {{1, 2, 3}}, .epsilon = 0.1f}, {true, true, true});
}
TEST(LayerNormalization, AgreesWithTheReferenceOverOtherAxes) {
  check({.axis = {{-2, -1}}, .epsilon = 0.1f}, {false, true, true});
  check({.axis = {{1, 2}}, .epsilon = 0.1f}, {true, true, false});
  check({.axis = {{3, 1}}, .epsilon = 0.1f, .center = false}, {true, false, true});
  check({.axis = {{2}}, .epsilon = 0.1f}, {false, true, false});
}

TEST(LayerNormalization, NormalisesEachPicture) {
  // Means 3 and 30, deviations 2 and 20; then times 10 and 1, plus 5 and 0.
  const auto layer = std::make_shared<LayerNormalization>(LayerNormalizationOptions{.epsilon = 0});
  EXPECT_EQ(apply(layer, {2}, {1, 5, 50, 10}, {{10, 1}, {5, 0}}), Floats({-5, 1, 15, -1}));
}

TEST(LayerNormalization, HasWeightsAlongItsAxes) {
  const auto shape_of = [](std::vector<int64_t> axes) {
    return LayerNormalization({.axis = {std::move(axes)}}).parameters(std::vector<Shape>{{3, 4, 5}})[0].shape;
  };
  EXPECT_EQ(shape_of({-1}), Shape({5}));
  EXPECT_EQ(shape_of({3, 1}), Shape({3, 5}));
  EXPECT_EQ(shape_of({1, -1}), Shape({5, 3}));  // sorted as written, as Keras does
}

TEST(LayerNormalization, RefusesAxesThatAreNotAPictures) {
  const auto refused = [](std::vector<int64_t> axes, const Shape& shape) {
    const LayerNormalization layer({.axis = {std::move(axes)}, .name = "norm"});
    return refusal([&] { layer.infer(std::vector{shape}); }, ErrorKind::usage);
  };
  EXPECT_EQ(refused({0}, {4, 4, 3}), "norm: axis must be one of a picture's (got 0, expected 1 to 3, or -1 to -3)");
  EXPECT_EQ(refused({4}, {4, 4, 3}), "norm: axis must be one of a picture's (got 4, expected 1 to 3, or -1 to -3)");
  EXPECT_EQ(refused({3, -1}, {4, 4, 3}), "norm: axis names an axis twice");
  EXPECT_EQ(refused({}, {4, 4, 3}), "norm: axis must name at least one axis");
  EXPECT_EQ(refused({1}, {2, 3, 4, 5}),
            "norm: of a shape of 4 axes the first 2 are normalised together or not at all");
}

}  // namespace
}  // namespace fovea
