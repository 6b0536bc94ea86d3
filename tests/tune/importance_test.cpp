#include "fovea/tune/importance.h"

#include <gtest/gtest.h>

#include "fovea/tune/sampling.h"

namespace fovea::tune {
namespace {

TEST(Importance, FindsTheParametersThatMatter) {
  Space space;
  space.real("much", 0, 1).real("little", 0, 1).real("nothing", 0, 1).choice("word", {"a", "b", "c"});
  std::vector<ScoredValues> trials;
  for (uint64_t seed = 0; seed < 60; ++seed) {
    const Values values = draw(space, seed * 10).values;
    trials.push_back({values, 3 * values["much"].get<double>() + values["little"].get<double>() + (values["word"] == "b" ? 1.5 : 0)});
  }
  const std::vector<Importance> found = importance(space, trials);
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found[0].parameter, "much");
  EXPECT_EQ(found[1].parameter, "word");
  EXPECT_EQ(found[3].parameter, "nothing");
  EXPECT_LT(found[3].importance, 0.05);
  EXPECT_NEAR(found[0].importance + found[1].importance + found[2].importance + found[3].importance, 1, 1e-12);
}

TEST(Importance, SaysNothingOfAFewTrials) {
  Space space;
  space.real("a", 0, 1);
  for (const Importance& one : importance(space, {{{{"a", 0.5}}, 1}})) EXPECT_EQ(one.importance, 0);
}

}  // namespace
}  // namespace fovea::tune
