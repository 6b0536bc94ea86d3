// Features of a frozen front: what the model itself computes there, in memory and in files, and trained from.
#include "fovea/train/feature_examples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fovea/layers/batch_normalization.h"
#include "fovea/layers/conv2d.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/global_average_pooling2d.h"
#include "fovea/layers/global_max_pooling2d.h"
#include "fovea/model/freeze.h"
#include "fovea/model/front.h"
#include "fovea/model/functional.h"
#include "fovea/train/trainer.h"
#include "tests/harness/files.h"
#include "tests/harness/run_model.h"

namespace fovea {
namespace {

constexpr int64_t kPictures = 70;

Model frozen(uint64_t seed = 0) {
  Model model = sequential({.input_shape = {8, 8, 3}, .seed = 1},
                           Conv2D({.filters = 8, .kernel_size = 3, .padding = Padding::same, .activation = ActivationKind::relu, .name = "base_1"}),
                           BatchNormalization({.name = "base_norm"}), Conv2D({.filters = 8, .kernel_size = 3, .name = "base_2"}),
                           GlobalAveragePooling2D({.name = "pool"}), Dense({.units = 3, .activation = ActivationKind::softmax, .name = "classes"}));
  randomize(model, 7 + seed);
  freeze(model, "base_*", "test");
  return model;
}

ArrayExamples pictures() {
  Array array(DType::f32, {kPictures, 8, 8, 3});
  const Floats numbers = random_floats(kPictures * 8 * 8 * 3, 5);
  std::copy(numbers.begin(), numbers.end(), array.values<float>().begin());
  std::vector<int32_t> labels;
  for (int64_t i = 0; i < kPictures; ++i) labels.push_back(static_cast<int32_t>(i % 3));
  return ArrayExamples(std::move(array), std::move(labels), 3);
}

// Another picture each time: its own number plus that of the draw's epoch.
class Shifted final : public Examples {
 public:
  explicit Shifted(const Examples& source) : source_(source) {}
  int64_t size() const override { return source_.size(); }
  const Shape& shape() const override { return source_.shape(); }
  int64_t classes() const override { return source_.classes(); }
  int32_t label(int64_t i) const override { return source_.label(i); }
  void picture(int64_t i, float* dst) const override { source_.picture(i, dst); }
  void drawn_picture(int64_t i, const Draw& draw, float* dst) const override {
    source_.picture((i + static_cast<int64_t>(draw.epoch)) % size(), dst);
  }

 private:
  const Examples& source_;
};

Floats row(const Examples& examples, int64_t i) {
  Floats values(static_cast<size_t>(examples.shape().elements()));
  examples.picture(i, values.data());
  return values;
}

TEST(FeatureExamples, AreTheFrontsOutput) {
  Model model = frozen();
  const ArrayExamples source = pictures();
  const int node = frozen_front(model.graph());
  ASSERT_EQ(model.graph().node(node).layer->name(), "pool");
  ThreadPool pool(2);
  const FeatureExamples features(source, model, node, pool, {});
  EXPECT_EQ(features.shape(), (Shape{8}));
  EXPECT_EQ(features.size(), kPictures);
  Floats numbers;
  for (int64_t i = 0; i < kPictures; ++i) {
    const Floats picture = row(source, i);
    numbers.insert(numbers.end(), picture.begin(), picture.end());
  }
  const ModelRun run = run_model(model, {.batch = kPictures, .outputs = {node}}, numbers);
  for (int64_t i = 0; i < kPictures; ++i) {
    const Floats feature = row(features, i);
    for (size_t f = 0; f < feature.size(); ++f) EXPECT_NEAR(feature[f], run.outputs[0][static_cast<size_t>(i) * 8 + f], 1e-5);
    EXPECT_EQ(features.label(i), source.label(i));
  }
}

TEST(FeatureExamples, TrainWhatPicturesTrain) {
  const ArrayExamples source = pictures();
  Model from_pictures = frozen(), from_features = frozen();
  Trainer slow(from_pictures), quick(from_features);
  const FeatureExamples features(source, from_features, frozen_front(from_features.graph()), quick.pool(), {});
  const FitOptions options = {.epochs = 3, .batch_size = 16};
  const History a = slow.fit(source, options), b = quick.fit(features, options);
  for (size_t e = 0; e < 3; ++e) EXPECT_NEAR(a[e].loss, b[e].loss, 1e-5);
  EXPECT_NEAR(slow.evaluate(source).loss, quick.evaluate(source).loss, 1e-5);
  EXPECT_NEAR(quick.evaluate(features).loss, quick.evaluate(source).loss, 1e-5);
  const int bias = from_features.parameters().find("base_1/bias");
  EXPECT_TRUE(from_features.parameters()[bias].slots.empty()) << "what does not train has no state";
}

TEST(FeatureExamples, TrainAModelWhoseOtherOutputReadsThePictures) {
  const ArrayExamples source = pictures();
  const auto two_outputs = [] {
    const SymbolicTensor x = input({.shape = {8, 8, 3}});
    const SymbolicTensor maps = Conv2D({.filters = 4, .kernel_size = 3, .name = "front"})(x);
    const SymbolicTensor pool = GlobalAveragePooling2D({.name = "pool"})(maps);
    const SymbolicTensor classes = Dense({.units = 3, .activation = ActivationKind::softmax})(pool);
    Model model = functional(x, {classes, Dense({.units = 3})(GlobalMaxPooling2D()(x))});
    freeze(model, "front", "test");
    return model;
  };
  Model from_pictures = two_outputs(), from_features = two_outputs();
  Trainer slow(from_pictures), quick(from_features);
  const int node = frozen_front(from_features.graph());
  ASSERT_EQ(from_features.graph().node(node).layer->name(), "pool");
  const FeatureExamples features(source, from_features, node, quick.pool(), {});
  const FitOptions options = {.epochs = 2, .batch_size = 16};
  EXPECT_NEAR(slow.fit(source, options)[1].loss, quick.fit(features, options)[1].loss, 1e-5);
}

TEST(FeatureExamples, AreRefusedWhereTheFrontTrains) {
  const ArrayExamples source = pictures();
  Model model = frozen();
  Trainer trainer(model);
  const FeatureExamples features(source, model, frozen_front(model.graph()), trainer.pool(), {});
  unfreeze(model, "base_2", "test");
  EXPECT_THAT(refusal([&] { trainer.fit(features, {}); }, ErrorKind::usage), testing::HasSubstr("in no frozen front"));
}

TEST(FeatureExamples, AreFoundAgainByWhatTheyFollowFrom) {
  const TemporaryFolder folder;
  const CacheFolder cache(folder.path());
  const ArrayExamples source = pictures();
  ThreadPool pool(2);
  const auto found = [&](uint64_t seed, const std::string& data) {
    Model model = frozen(seed);
    const FeatureExamples features(source, model, frozen_front(model.graph()), pool, {.folder = &cache, .source = data});
    const FeatureExamples plain(source, model, frozen_front(model.graph()), pool, {});
    for (int64_t i = 0; i < kPictures; ++i) EXPECT_EQ(row(features, i), row(plain, i));
    return features.was_found();
  };
  EXPECT_FALSE(found(0, "a"));
  EXPECT_TRUE(found(0, "a"));
  EXPECT_FALSE(found(0, "b")) << "other pictures";
  EXPECT_FALSE(found(1, "a")) << "other weights";
  EXPECT_EQ(cache.files().size(), 3u);
  EXPECT_GT(cache.clear(), 0u);
  EXPECT_FALSE(found(0, "a"));
}

// Both outputs of a model inside the model, which is in the front as a whole.
TEST(FeatureExamples, OfTwoOutputsOfOneModelAreKeptApart) {
  const SymbolicTensor in = input({.shape = {8, 8, 3}}), x = input({.shape = {8, 8, 3}});
  const SymbolicTensor a = Conv2D({.filters = 3, .kernel_size = 1, .name = "a"})(in);
  const Model base = functional(in, {a, Conv2D({.filters = 3, .kernel_size = 1, .name = "b"})(a)}, {.name = "base"});
  Model model = functional(x, nested(base, x));
  const TemporaryFolder folder;
  const CacheFolder cache(folder.path());
  const ArrayExamples source = pictures();
  ThreadPool pool(2);
  for (const char* layer : {"base/a", "base/b"}) {
    const FeatureExamples features(source, model, model.graph().find(layer), pool, {.folder = &cache});
    EXPECT_FALSE(features.was_found()) << layer;
  }
}

TEST(FeatureExamples, HaveOneOfTheirCopiesEachEpoch) {
  const ArrayExamples source = pictures();
  const Shifted shifted(source);
  Model model = frozen();
  ThreadPool pool(2);
  const int node = frozen_front(model.graph());
  const FeatureExamples plain(source, model, node, pool, {}), copies(shifted, model, node, pool, {.copies = 2});
  Floats drawn(8);
  for (uint64_t epoch = 0; epoch < 4; ++epoch) {
    copies.drawn_picture(5, {.seed = 0, .epoch = epoch, .position = 9}, drawn.data());
    EXPECT_EQ(drawn, row(plain, 5 + static_cast<int64_t>(epoch % 2)));
  }
}

}  // namespace
}  // namespace fovea
