#include "fovea/layers/group_normalization.h"

#include <gtest/gtest.h>

#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"
#include "tests/layers/picture_norm_truth.h"

namespace fovea {
namespace {

void check(GroupNormalizationOptions options) {
  for (const Problem& problem : problems_to_check("maps")) {
    const Shape shape = picture_of(problem);
    const Layout src = Layout::plain_of(problem.size("n"), shape);
    if (options.groups != -1 && src.c % options.groups != 0) continue;
    check_layer({.line = problem.line,
                 .layer = std::make_shared<GroupNormalization>(options),
                 .batch = src.n,
                 .shapes = {shape},
                 .truth = picture_norm_truth({.src = src,
                                              .groups = options.groups == -1 ? src.c : options.groups,
                                              .together = {true, true, false, true},
                                              .epsilon = options.epsilon},
                                             options.scale, options.center),
                 .terms = src.elements()});
  }
}

TEST(GroupNormalization, AgreesWithTheReference) {
  for (const int64_t groups : {1, 2, 3, 4, -1}) check({.groups = groups, .epsilon = 0.1f});
}
TEST(GroupNormalization, AgreesWithTheReferenceWithoutScale) { check({.groups = 1, .epsilon = 0.1f, .scale = false}); }
TEST(GroupNormalization, AgreesWithTheReferenceBare) {
  check({.groups = -1, .epsilon = 0.1f, .center = false, .scale = false});
}

TEST(GroupNormalization, NormalisesEachGroupOfEachPicture) {
  // Groups 1 5 and 50 10: means 3 and 30, deviations 2 and 20; then times gamma, plus beta.
  const auto layer = std::make_shared<GroupNormalization>(GroupNormalizationOptions{.groups = 2, .epsilon = 0});
  EXPECT_EQ(apply(layer, {4}, {1, 5, 50, 10}, {{10, 1, 1, 1}, {5, 0, 0, 2}}), Floats({-5, 1, 1, 1}));
}

TEST(GroupNormalization, RefusesWhatDoesNotFit) {
  const auto refused = [](GroupNormalizationOptions options) {
    options.name = "norm";
    return refusal([&] { GroupNormalization(options).infer(std::vector<Shape>{{4, 4, 3}}); }, ErrorKind::usage);
  };
  EXPECT_EQ(refused({}), "norm: the input's channels must be a multiple of groups (got 3 channels, 32 groups)");
  EXPECT_EQ(refused({.groups = 0}), "norm: groups must be at least 1, or -1 for as many as channels (got 0)");
  EXPECT_EQ(refused({.groups = 1, .axis = {1}}),
            "norm: axis must be the last one, the channels (got 1, expected -1 or 3)");
}

}  // namespace
}  // namespace fovea
