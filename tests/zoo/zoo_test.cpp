#include "fovea/zoo/zoo.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fovea/base/file.h"
#include "fovea/io/architecture.h"
#include "tests/harness/files.h"
#include "tests/harness/source_tree.h"

namespace fovea {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Count {
  const char* name;
  int64_t total, trainable;
};
class ZooModel : public testing::TestWithParam<Count> {};

TEST_P(ZooModel, HasTheTutorialsParameters) {
  const Model model = zoo::make(GetParam().name);
  EXPECT_EQ(model.name(), GetParam().name);
  EXPECT_EQ(model.parameters().count(false, model.graph()), GetParam().total);
  EXPECT_EQ(model.parameters().count(true, model.graph()), GetParam().trainable);
}

// The golden of the same network holds what Keras's to_json() says of it.
TEST_P(ZooModel, IsKerasModelLayerByLayer) {
  const std::string path = source_tree("tests/golden/nets/" + std::string(GetParam().name) + ".json");
  const Graph keras = read_architecture(parse_json(read_file(path), path)["architecture"], path);
  const Model model = zoo::make(GetParam().name);
  ASSERT_EQ(model.graph().size(), keras.size());
  for (int i = 0; i < keras.size(); ++i) {
    const Node &ours = model.graph().node(i), &theirs = keras.node(i);
    EXPECT_EQ(ours.layer->type(), theirs.layer->type());
    EXPECT_EQ(ours.layer->name(), theirs.layer->name());
    EXPECT_EQ(ours.shape, theirs.shape) << ours.layer->name();
    Json mine = ours.layer->options(), golden = theirs.layer->options();
    mine.erase("strides"), golden.erase("strides");  // null here, pool_size there
    if (ours.layer->type() != "Dropout") {           // the golden nets drop nothing
      EXPECT_EQ(mine.dump(), golden.dump()) << ours.layer->name();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, ZooModel,
                         testing::Values(Count{"basic", 122'570, 122'570}, Count{"max_pool", 42'442, 42'442},
                                         Count{"avg_pool", 42'442, 42'442}, Count{"global_avg_pool", 20'042, 20'042},
                                         Count{"advanced", 737'834, 736'362}, Count{"ensemble_1", 167'562, 167'562},
                                         Count{"ensemble_2", 671'178, 671'178}, Count{"ensemble_3", 169'066, 168'874}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Zoo, ListsWhatItMakes) {
  std::vector<std::string> names;
  for (const zoo::Entry& entry : zoo::entries()) {
    names.push_back(entry.name);
    EXPECT_FALSE(entry.description.empty());
    EXPECT_TRUE(zoo::contains(entry.name));
    const int64_t side = entry.family ? 32 : 28;
    EXPECT_EQ(zoo::graph(entry.name, {.picture_shape = {side, side, 1}, .classes = 3}).output_shape(), (Shape{3}));
  }
  names.resize(8);
  EXPECT_THAT(names, ElementsAre("basic", "max_pool", "avg_pool", "global_avg_pool", "advanced", "ensemble_1",
                                 "ensemble_2", "ensemble_3"));
}

TEST(Zoo, AdvancedDropsAQuarterAndAHalf) {
  const Model model = zoo::make("advanced");
  std::vector<float> rates;
  for (const Node& node : model.graph().nodes())
    if (node.layer->type() == "Dropout") rates.push_back(node.layer->options()["rate"].get<float>());
  EXPECT_THAT(rates, ElementsAre(0.25f, 0.25f, 0.25f, 0.5f));
}

TEST(Zoo, SeedsGiveWeights) {
  const auto first = [](uint64_t seed) {
    return zoo::make("basic", {.seed = seed}).parameters().get(0).values<float>()[0];
  };
  EXPECT_EQ(first(1), first(1));
  EXPECT_NE(first(1), first(2));
}

TEST(Zoo, RefusesUnknownNamesAndSmallPictures) {
  EXPECT_THAT(refusal([] { zoo::make("max_pol"); }, ErrorKind::usage), HasSubstr("did you mean \"max_pool\""));
  EXPECT_FALSE(zoo::contains("max_pol"));
  EXPECT_THAT(refusal([] { zoo::graph("vgg16", {.picture_shape = {31, 40, 3}}); }, ErrorKind::usage),
              HasSubstr("vgg16: takes larger pictures (got (31, 40, 3), expected at least 32x32)"));
  EXPECT_THAT(refusal([] { zoo::graph("basic", {.include_top = false}); }, ErrorKind::usage), HasSubstr("has no base"));
  EXPECT_THAT(refusal(
                  [] {
                    zoo::make("basic", {.picture_shape = {12, 12, 3}});
                  },
                  ErrorKind::usage),
              HasSubstr("conv2d_2: kernel_size 3x3 is larger than the picture 1x1"));
  EXPECT_THAT(refusal([] { zoo::make("basic", {.classes = 0}); }, ErrorKind::usage),
              HasSubstr("units must be at least 1"));
}

}  // namespace
}  // namespace fovea
