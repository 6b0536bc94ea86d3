// A layer from outside the library goes through the same harness and the same factory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "examples/channel_scale.h"
#include "fovea/layers/registry.h"
#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

TEST(ChannelScale, AgreesWithTheReference) {
  register_layer<ChannelScale>();
  for (const Problem& problem : problems_to_check("maps")) {
    const size_t channels = static_cast<size_t>(picture_of(problem).back());
    check_layer({.line = problem.line,
                 .layer = std::make_shared<ChannelScale>(),
                 .batch = problem.size("n"),
                 .shapes = {picture_of(problem)},
                 .truth = {.forward = [channels](auto& inputs, auto& weights) {
                   Doubles dst = inputs[0];
                   for (size_t i = 0; i < dst.size(); ++i) dst[i] *= weights[0][i % channels];
                   return dst;
                 }},
                 .terms = problem.size("n") * picture_of(problem).elements() / picture_of(problem).back()});
  }
}

TEST(ChannelScale, ScalesChannels) {
  EXPECT_EQ(apply(std::make_shared<ChannelScale>(), {2, 1, 2}, {1, 2, 3, 4}, {{10, -1}}), Floats({10, -2, 30, -4}));
}

TEST(Registry, MakesALayerOfOnesOwnOnceItIsRegistered) {
  const Json config = {{"name", "scale"}, {"initializer", "zeros"}};
  const auto made = [&] { return make_layer("OwnLayer", config, "net"); };
  EXPECT_THAT(refusal(made, ErrorKind::usage), testing::StartsWith("net: unknown layer class \"OwnLayer\""));
  register_layer("OwnLayer", layer_from_config<ChannelScale>);
  EXPECT_EQ(made()->name(), "scale");
  EXPECT_EQ(made()->options()["initializer"], "zeros");
  EXPECT_EQ(layer_types().back(), "OwnLayer");
}

TEST(Registry, RefusesANameThatIsTaken) {
  EXPECT_EQ(refusal([] { register_layer("Conv2D", layer_from_config<ChannelScale>); }, ErrorKind::usage),
            "Conv2D: there is a layer class of that name");
}

}  // namespace
}  // namespace fovea
