#include "fovea/report/learning_rate_plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace fovea {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(LearningRatePlot, DrawsLossesByDecade) {
  const std::string svg = learning_rate_svg({.title = "a & b", .points = {{1e-4, 2}, {1e-3, 1}, {1e-2, 3}}, .suggested = 1e-3});
  for (const char* part : {"a &amp; b", ">1e-4</text>", ">1e-2</text>", "d=\"M64 202L342 340L620 64\"", "it falls fastest at 0.001"})
    EXPECT_THAT(svg, HasSubstr(part));
}

TEST(LearningRatePlot, DrawsWhatThereIs) {
  for (const LearningRatePlot& plot : {LearningRatePlot{}, LearningRatePlot{.points = {{1e-3, NAN}}}, LearningRatePlot{.points = {{1e-3, 1}}}}) {
    const std::string svg = learning_rate_svg(plot);
    EXPECT_THAT(svg, HasSubstr("</svg>"));
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
    EXPECT_THAT(svg, Not(HasSubstr("inf")));
  }
}

}  // namespace
}  // namespace fovea
