// Keras's applications and the small residual nets against real Keras (tests/golden/README.md): layers, parameters, and with
// the same weights probabilities and gradients.
#include <gtest/gtest.h>

#include <cmath>

#include "fovea/io/keras_layers.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/global_average_pooling2d.h"
#include "fovea/model/runner.h"
#include "fovea/zoo/zoo.h"
#include "tests/harness/hashed_zoo.h"

namespace fovea {
namespace {

constexpr int64_t kPictures = 4;

Shape shape_of(const Json& sizes) {
  Shape shape;
  for (const Json& size : sizes) shape.push_back(size.get<int64_t>());
  return shape;
}

class KerasApplication : public testing::TestWithParam<const char*> {
 protected:
  const Json golden_ = hashed::zoo_golden(GetParam());

  bool is_family() const { return zoo::entry(GetParam()).family; }

  // For 32x32: a family without its top and with the goldens' head, a small net as it is.
  Model model() const {
    Graph graph = zoo::graph(GetParam(), {.picture_shape = {32, 32, 3}, .classes = 10, .include_top = !is_family()});
    if (is_family()) {
      const int maps = graph.add(std::make_shared<GlobalAveragePooling2D>(GlobalPooling2DOptions{.name = "head_gap"}), {graph.size() - 1});
      graph.add(std::make_shared<Dense>(DenseOptions{.units = 10, .activation = ActivationKind::softmax, .name = "head_predictions"}), {maps});
    }
    Model model(std::move(graph), Unset{});
    for (int p = 0; p < model.parameters().size(); ++p) hashed::set_zoo_weight(model, p, golden_, model.parameters()[p].path);
    return model;
  }
};

TEST_P(KerasApplication, HasKerasLayersAndParameters) {
  const Graph graph = zoo::graph(GetParam());
  const Parameters parameters(graph, Unset{});
  EXPECT_EQ(parameters.count(false, graph), golden_["parameters"].get<int64_t>());
  EXPECT_EQ(parameters.count(true, graph), golden_["trainable"].get<int64_t>());
  const Json& layers = golden_["layers"];
  const std::vector<Graph::Element> ours = keras_layers(graph);
  ASSERT_EQ(ours.size(), layers.size());
  for (size_t i = 0; i < ours.size(); ++i) {
    // Keras counts unnamed layers of a process, not of a model.
    const std::string name = own_name(graph, ours[i]), theirs = layers[i][0].get<std::string>();
    if (!theirs.starts_with("input_layer")) {
      EXPECT_TRUE(name == theirs || theirs.starts_with(name + "_") || name.substr(0, name.rfind('_')) == theirs.substr(0, theirs.rfind('_')))
          << name << " is " << theirs;
    }
    EXPECT_EQ(keras_class(graph, ours[i]), layers[i][1].get<std::string>()) << name;
    EXPECT_EQ(graph.node(ours[i].node).shape, shape_of(layers[i][2])) << name;
  }
}

// Of width 1 alone.
class KerasApplicationAtSizes : public KerasApplication {};

TEST_P(KerasApplicationAtSizes, HasKerasShapes) {
  ASSERT_EQ(golden_["shapes"].size(), 2u);
  for (const auto& [size, shapes] : golden_["shapes"].items()) {
    const int64_t height = std::stoll(size), width = std::stoll(size.substr(size.find('x') + 1));
    const Graph graph = zoo::graph(GetParam(), {.picture_shape = {height, width, 3}, .include_top = !is_family()});
    const std::vector<Graph::Element> ours = keras_layers(graph);
    ASSERT_EQ(ours.size(), shapes.size());
    for (size_t i = 0; i < ours.size(); ++i)
      EXPECT_EQ(graph.node(ours[i].node).shape, shape_of(shapes[i])) << own_name(graph, ours[i]) << " at " << size;
  }
}

class PicturesFeed final : public kernels::Feed {
 public:
  PicturesFeed(const ArrayExamples& examples, const Json& brightness) : examples_(examples), brightness_(brightness.get<std::vector<float>>()) {}
  void pictures(int64_t first, int64_t rows, float* dst) const override {
    const int64_t floats = examples_.shape().elements();
    for (int64_t i = 0; i < rows; ++i) {
      examples_.picture(first + i, dst + i * floats);
      for (int64_t f = 0; f < floats; ++f) dst[i * floats + f] *= brightness_[static_cast<size_t>(first + i)];
    }
  }
  void targets(int64_t first, int64_t rows, float* dst) const override {
    for (int64_t i = 0; i < rows; ++i) examples_.target(first + i, dst + i * examples_.classes());
  }

 private:
  const ArrayExamples& examples_;
  std::vector<float> brightness_;
};

double apart(double value, double expected) { return std::abs(value - expected) / std::max(1.0, std::abs(expected)); }

TEST_P(KerasApplication, PredictsWhatKerasDoes) {
  Model net = model();
  ThreadPool pool(1);
  Runner runner(net, pool, {.batch = kPictures});
  const ArrayExamples examples = hashed::examples(hashed::kProbes, hashed::kLabels, kPictures);
  const PicturesFeed feed(examples, golden_["brightness"]);
  const Plan& plan = runner.compute(kPictures, {.feed = &feed});
  double most = 0;
  for (size_t i = 0; i < plan.output.size(); ++i)
    most = std::max(most, std::abs(static_cast<double>(plan.output[i]) - golden_["probabilities"][i / 10][i % 10].get<double>()));
  EXPECT_LE(most, 1e-5);
}

TEST_P(KerasApplication, HasKerasGradients) {
  Model net = model();
  ThreadPool pool(1);
  Runner runner(net, pool, {.batch = kPictures, .gradients = true, .loss = PlanOptions::Loss{}});
  const ArrayExamples examples = hashed::examples(hashed::kProbes, hashed::kLabels, kPictures);
  const PicturesFeed feed(examples, golden_["brightness"]);
  const Plan& plan = runner.compute(kPictures, {.feed = &feed});
  double loss = 0;
  for (const float one : plan.losses) loss += static_cast<double>(one) / kPictures;
  EXPECT_LE(apart(loss, golden_["loss"].get<double>()), golden_["loss_tolerance"].get<double>());
  for (const Json& digest : golden_["gradients"]) {
    const std::string name = digest["name"].get<std::string>();
    const int parameter = net.parameters().find(name);
    ASSERT_GE(parameter, 0) << name;
    std::vector<float> gradient(static_cast<size_t>(net.parameters()[parameter].spec.shape.elements()));
    for (const auto& entry : plan.parameter_gradients)
      if (entry->parameter == parameter) entry->layout.unpack(entry->values, gradient.data());
    const Json& tolerance = digest["tolerance"];
    double squares = 0, most = 0, scale = 1;
    for (const float value : gradient) squares += static_cast<double>(value) * static_cast<double>(value);
    EXPECT_LE(apart(std::sqrt(squares), digest["norm"].get<double>()), tolerance["norm"].get<double>()) << name;
    size_t k = 0;
    for (const size_t at : hashed::positions(gradient.size())) {
      const double expected = digest["values"][k++].get<double>();
      most = std::max(most, std::abs(static_cast<double>(gradient[at]) - expected));
      scale = std::max(scale, std::abs(expected));
    }
    EXPECT_LE(most / scale, tolerance["values"].get<double>()) << name;
  }
}

std::string test_name(const testing::TestParamInfo<const char*>& test) {
  std::string name = test.param;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(, KerasApplicationAtSizes,
                         testing::Values("vgg16", "vgg19", "resnet50", "resnet101", "resnet152", "resnet50v2", "mobilenet", "mobilenet_v2",
                                         "densenet121", "efficientnetb0", "resnet20", "resnet32", "resnet44", "resnet56"),
                         test_name);
INSTANTIATE_TEST_SUITE_P(, KerasApplication,
                         testing::Values("vgg16", "vgg19", "resnet50", "resnet101", "resnet152", "resnet50v2", "mobilenet", "mobilenet_0.75",
                                         "mobilenet_0.5", "mobilenet_0.25", "mobilenet_v2", "mobilenet_v2_1.4", "mobilenet_v2_1.3",
                                         "mobilenet_v2_0.75", "mobilenet_v2_0.5", "mobilenet_v2_0.35", "densenet121", "efficientnetb0", "resnet20", "resnet32",
                                         "resnet44", "resnet56"),
                         test_name);

}  // namespace
}  // namespace fovea
