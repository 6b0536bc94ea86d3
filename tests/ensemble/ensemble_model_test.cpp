// An ensemble as a model says what its members' tables say when they are combined.
#include "fovea/ensemble/ensemble_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fovea/io/any_file.h"
#include "fovea/layers/conv2d.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/flatten.h"
#include "fovea/layers/input.h"
#include "fovea/layers/softmax.h"
#include "tests/harness/files.h"
#include "tests/harness/run_model.h"

namespace fovea::ensemble {
namespace {

constexpr int64_t kBatch = 4;

Model member(uint64_t seed, int64_t filters, bool softmax_of_its_own = true) {
  Model model = softmax_of_its_own
                    ? sequential({.name = "net", .input_shape = {6, 6, 3}}, Conv2D({.filters = filters, .kernel_size = 3, .activation = ActivationKind::relu}),
                                 Flatten(), Dense({.units = 4, .activation = ActivationKind::softmax}))
                    : sequential({.name = "net", .input_shape = {6, 6, 3}}, Conv2D({.filters = filters, .kernel_size = 3}), Flatten(), Dense({.units = 4}), Softmax());
  randomize(model, seed);
  model.info.preprocessing = "unit";
  model.info.class_names = {"a", "b", "c", "d"};
  return model;
}

Floats pictures() { return random_floats(kBatch * 6 * 6 * 3, 9, 0, 1); }
Table said(Model& model, const Floats& of = pictures()) { return run_model(model, {.batch = kBatch}, of).output; }

void expect_near(const Table& got, const Table& wanted) { EXPECT_THAT(got, testing::Pointwise(testing::FloatNear(2e-6f), wanted)); }

TEST(EnsembleModel, IsTheMeanOfItsMembers) {
  Model a = member(1, 3), b = member(2, 5), c = member(3, 4, false);
  Model all = ensemble_model({{&a, "one"}, {&b, "two"}, {&c, "three"}});
  expect_near(said(all), combined({said(a), said(b), said(c)}, 4, Combination::mean));
  EXPECT_EQ(all.info.class_names, a.info.class_names);
  EXPECT_EQ(all.info.preprocessing, "unit");
  EXPECT_GE(all.parameters().find("two/conv2d/kernel"), 0);
}

TEST(EnsembleModel, WeighsMembersAndLeavesOutThoseThatWeighNothing) {
  Model a = member(1, 3), b = member(2, 5), c = member(3, 4);
  Model all = ensemble_model({{&a, "one", 0.75}, {&b, "two", 0}, {&c, "three", 0.25}});
  expect_near(said(all), combined({said(a), said(c)}, 4, Combination::mean, {0.75, 0.25}));
  EXPECT_EQ(all.parameters().find("two/conv2d/kernel"), -1);
}

TEST(EnsembleModel, TakesTheOutputThatAMemberPredictsBy) {
  Graph graph("net");
  const int flat = graph.add(std::make_shared<Flatten>(), {graph.add(std::make_shared<InputLayer>(InputLayerOptions{.shape = {6, 6, 3}}), {})});
  std::vector<int> heads;
  for (const char* name : {"first", "second"})
    heads.push_back(graph.add(std::make_shared<Dense>(DenseOptions{.units = 4, .activation = ActivationKind::softmax, .name = name}), {flat}));
  graph.set_outputs(heads);
  graph.set_output(heads[1]);
  Model two(std::move(graph), 1), b = member(2, 5);
  two.info.preprocessing = "unit";
  two.info.class_names = b.info.class_names;
  Model all = ensemble_model({{&two, "one"}, {&b, "two"}});
  expect_near(said(all), combined({said(two), said(b)}, 4, Combination::mean));
}

TEST(EnsembleModel, TakesTemperaturesOfMembers) {
  Model a = member(1, 3), b = member(3, 4, false);
  Model all = ensemble_model({{&a, "one", 1, 2.5}, {&b, "two", 1, 0.5}});
  expect_near(said(all), combined({tempered(said(a), 4, 2.5), tempered(said(b), 4, 0.5)}, 4, Combination::mean));
}

TEST(EnsembleModel, IsTheGeometricMeanWithATemperatureOfTheWhole) {
  Model a = member(1, 3), b = member(3, 4, false);
  Model all = ensemble_model({{&a, "one", 0.3}, {&b, "two", 0.7}}, {.combination = Combination::geometric, .temperature = 1.7});
  expect_near(said(all), tempered(combined({said(a), said(b)}, 4, Combination::geometric, {0.3, 0.7}), 4, 1.7));
}

TEST(EnsembleModel, PreparesPicturesForEachMemberWhereTheyDiffer) {
  Model a = member(1, 3), b = member(2, 3);
  b.info.preprocessing = "tf";
  Model all = ensemble_model({{&a, "one"}, {&b, "two"}});
  EXPECT_EQ(all.info.preprocessing, "none");
  Floats bytes = pictures(), unit = bytes, tf = bytes;
  for (float& x : bytes) x = 255 * x;
  for (float& x : tf) x = 255 * x / 127.5f - 1;
  Floats got = said(all, bytes), wanted = combined({said(a, unit), said(b, tf)}, 4, Combination::mean);
  EXPECT_THAT(got, testing::Pointwise(testing::FloatNear(1e-4f), wanted));
}

TEST(EnsembleModel, IsSavedAndReadLikeAnyOther) {
  Model a = member(1, 3), b = member(2, 5);
  Model all = ensemble_model({{&a, "same"}, {&b, "same"}});
  const TemporaryFolder folder;
  for (const char* name : {"e.safetensors", "e.keras", "e.h5"}) {
    write_model_file(all, folder / name);
    Model again = read_model_file(folder / name).model;
    expect_near(said(again), said(all));
  }
}

TEST(EnsembleModel, RefusesMembersThatDoNotFit) {
  Model a = member(1, 3), b = member(2, 3);
  const auto refused = [&](const EnsembleOptions& options = {}, double temperature = 1) {
    return refusal([&] { ensemble_model({{&a, "one"}, {&b, "two", 1, temperature}}, options); }, ErrorKind::usage);
  };
  EXPECT_THAT(refused({.combination = Combination::majority}), testing::HasSubstr("a majority is no model"));
  EXPECT_THAT(refused({.temperature = 2}), testing::HasSubstr("a mean with a temperature of its own is no model"));
  b.info.class_names = {"a", "b", "c", "e"};
  EXPECT_THAT(refused(), testing::HasSubstr("members must tell the same classes apart (got others in two than in one)"));
  b = sequential({.input_shape = {6, 6, 3}}, Flatten(), Dense({.units = 4, .activation = ActivationKind::sigmoid}));
  b.info = a.info;
  EXPECT_THAT(refused({}, 2), testing::HasSubstr("two does not end in softmax"));
  b = sequential({.input_shape = {7, 6, 3}}, Flatten(), Dense({.units = 4, .activation = ActivationKind::softmax}));
  EXPECT_THAT(refused(), testing::HasSubstr("members must take pictures of one size"));
}

}  // namespace
}  // namespace fovea::ensemble
