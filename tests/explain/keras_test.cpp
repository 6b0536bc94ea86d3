// Maps and attributions against real Keras (tests/golden/explain, tools/golden_explain.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "fovea/explain/explainer.h"
#include "fovea/explain/feature_maps.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/global_average_pooling2d.h"
#include "fovea/model/transfer.h"
#include "fovea/zoo/zoo.h"
#include "tests/harness/hashed_zoo.h"

namespace fovea::explain {
namespace {

constexpr int64_t kPictures = 2, kElements = 32 * 32 * 3;

void set_zoo_weights(Model& model, const std::string& net) {
  const Json golden = hashed::zoo_golden(net);
  for (int p = 0; p < model.parameters().size(); ++p) hashed::set_zoo_weight(model, p, golden, model.parameters()[p].path);
}

Model resnet50() {
  Graph graph = zoo::graph("resnet50", {.picture_shape = {32, 32, 3}, .include_top = false});
  const int maps = graph.add(std::make_shared<GlobalAveragePooling2D>(GlobalPooling2DOptions{.name = "head_gap"}), {graph.size() - 1});
  graph.add(std::make_shared<Dense>(DenseOptions{.units = 10, .activation = ActivationKind::softmax, .name = "head_predictions"}), {maps});
  Model model(std::move(graph), Unset{});
  set_zoo_weights(model, "resnet50");
  return model;
}

// VGG16 as a model inside the model.
Model transferred() {
  Model base(zoo::graph("vgg16", {.picture_shape = {32, 32, 3}, .include_top = false}), Unset{});
  set_zoo_weights(base, "vgg16");
  Model model = transfer(base, {.head = "gap,dense:128,dropout:0.5", .classes = 10});
  for (const std::string name : {"dense", "dense_1"}) {
    const int kernel = model.parameters().find(name + "/kernel");
    const Shape& shape = model.parameters()[kernel].spec.shape;
    Array values(DType::f32, shape);
    hashed::fill(values, hashed::stream_of(name + "/kernel"), 0, std::sqrt(6.0 / static_cast<double>(shape[0] + shape[1])));
    model.parameters().set(kernel, values);
  }
  return model;
}

Model model_of(const std::string& name) {
  if (name == "resnet50") return resnet50();
  if (name == "transfer") return transferred();
  Model model = zoo::make(name);
  hashed::set_weights(model);
  return model;
}

class KerasExplanation : public testing::TestWithParam<const char*> {
 protected:
  KerasExplanation() : pictures_(kPictures * kElements) {
    const ArrayExamples examples = hashed::examples(hashed::kProbes, hashed::kLabels, kPictures);
    for (int64_t i = 0; i < kPictures; ++i) examples.picture(i, pictures_.data() + i * kElements);
  }
  std::span<const float> picture(const Json& golden) const {
    return std::span(pictures_).subspan(golden["picture"].get<size_t>() * kElements, kElements);
  }

  const Json golden_ = Json::parse(std::ifstream(source_tree("tests/golden/explain/" + std::string(GetParam()) + ".json")));
  Model model_ = model_of(GetParam());
  std::vector<float> pictures_;
};

TEST_P(KerasExplanation, HasItsGradCam) {
  for (const Json& golden : golden_["grad_cam"]) {
    const bool score = golden["target"] == "score";
    const Explanation ours = explain(model_, picture(golden), "grad-cam",
                                     {.layer = golden["layer"], .class_index = golden["class"].get<int>(), .target = score ? Target::score : Target::probability});
    const auto keras = golden["map"].get<std::vector<float>>();
    const std::string what = golden["layer"].get<std::string>() + " " + golden["target"].get<std::string>();
    ASSERT_EQ(ours.map.values.size(), keras.size()) << what;
    EXPECT_NEAR(ours.value, golden["value"].get<double>(), 1e-4) << what;
    const double largest = *std::max_element(keras.begin(), keras.end());
    for (size_t i = 0; i < keras.size(); ++i) EXPECT_NEAR(ours.map.values[i], keras[i], 1e-4 * largest) << what << " cell " << i;
  }
}

TEST_P(KerasExplanation, HasTheOtherMethodsMaps) {
  for (const Json& golden : golden_["methods"]) {
    const Explanation ours = explain(model_, picture(golden), golden["method"],
                                     {.layer = golden["layer"], .class_index = golden["class"].get<int>(),
                                      .method = {.steps = 32, .most_steps = 32, .patch = 8, .stride = 4}});
    const double largest = golden["largest"].get<double>(), tolerance = std::max(1e-4, golden["tolerance"].get<double>()) * largest;
    const std::string what = golden["method"].get<std::string>();
    EXPECT_EQ(ours.map.height, golden["shape"][0]) << what;
    for (size_t i = 0; i < golden["cells"].size(); ++i)
      EXPECT_NEAR(ours.map.values[golden["cells"][i].get<size_t>()], golden["values"][i].get<double>(), tolerance) << what << " cell " << golden["cells"][i];
  }
}

TEST_P(KerasExplanation, HasItsFeatureMaps) {
  std::vector<int> nodes;
  for (const Json& golden : golden_["features"]) nodes.push_back(model_.graph().find(golden["layer"]));
  ThreadPool pool(1);
  const auto maps = feature_maps(model_, pool, std::span(pictures_).first(kElements), nodes);
  for (size_t l = 0; l < maps.size(); ++l) {
    const Json& golden = golden_["features"][l];
    const double tolerance = std::max(1e-5, golden["tolerance"].get<double>()) * golden["largest"].get<double>();
    for (size_t i = 0; i < golden["cells"].size(); ++i)
      EXPECT_NEAR(maps[l].values[golden["cells"][i].get<size_t>()], golden["values"][i].get<double>(), tolerance) << maps[l].path;
    std::vector<size_t> dead;
    const auto channels = static_cast<size_t>(maps[l].shape.back());
    for (size_t c = 0; c < channels; ++c) {
      bool zero = true;
      for (size_t i = c; i < maps[l].values.size(); i += channels) zero = zero && maps[l].values[i] == 0;
      if (zero) dead.push_back(c);
    }
    EXPECT_EQ(Json(dead), golden["dead"]) << maps[l].path;
  }
}

INSTANTIATE_TEST_SUITE_P(OfNets, KerasExplanation, testing::Values("basic", "advanced", "transfer", "resnet50"),
                         [](const auto& each) { return std::string(each.param); });

}  // namespace
}  // namespace fovea::explain
