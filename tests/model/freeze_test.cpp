#include "fovea/model/freeze.h"

#include <gmock/gmock.h>

#include "fovea/model/functional.h"
#include "tests/harness/files.h"
#include "tests/model/nets.h"

namespace fovea {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Model net() {
  const SymbolicTensor in = input({.shape = {4, 4, 3}});
  const Model base = functional(
      in, Conv2D({.filters = 2, .kernel_size = 1, .name = "conv_2"})(Conv2D({.filters = 2, .kernel_size = 1, .name = "conv_1"})(in)),
      {.name = "base"});
  const SymbolicTensor x = input({.shape = {4, 4, 3}});
  return functional(x, Dense({.units = 2, .name = "out"})(Flatten({.name = "flat"})(nested(base, x))));
}

std::vector<std::string> training(const Model& model) {
  std::vector<std::string> paths;
  for (int p = 0; p < model.parameters().size(); ++p)
    if (model.parameters().trains(p, model.graph())) paths.push_back(model.parameters()[p].path);
  return paths;
}

TEST(Freeze, TheBaseIsTheModelInside) {
  Model model = net();
  EXPECT_EQ(freeze(model, "base", "--freeze"), 3);
  EXPECT_THAT(training(model), ElementsAre("out/kernel", "out/bias"));
}

TEST(Freeze, PatternsAreOfNamesOrPaths) {
  Model names = net(), paths = net(), all = net();
  freeze(names, "*_2", "--freeze");
  EXPECT_THAT(training(names), ElementsAre("base/conv_1/kernel", "base/conv_1/bias", "out/kernel", "out/bias"));
  freeze(paths, "base/conv*", "--freeze");
  EXPECT_THAT(training(paths), ElementsAre("out/kernel", "out/bias"));
  freeze(all, "all", "--freeze");
  EXPECT_THAT(training(all), ElementsAre());
}

TEST(Freeze, RefusesWhatMatchesNothing) {
  Model model = net();
  EXPECT_THAT(refusal([&] { freeze(model, "block5*", "--freeze"); }, ErrorKind::usage), HasSubstr("--freeze: matches no layer"));
  Net flat({4, 4, 3});
  flat.add(Flatten());
  Model plain = std::move(flat).model();
  EXPECT_THAT(refusal([&] { freeze(plain, "base", "--freeze"); }, ErrorKind::usage), HasSubstr("the model has no base"));
}

}  // namespace
}  // namespace fovea
