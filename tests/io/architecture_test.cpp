#include "fovea/io/architecture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fovea/base/random.h"
#include "fovea/io/tensor_match.h"
#include "fovea/layers/input.h"
#include "fovea/layers/registry.h"
#include "tests/harness/files.h"
#include "tests/io/golden_architectures.h"

namespace fovea {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

Graph read(const std::string& text, const ArchitectureOptions& options = {}) {
  return read_architecture(parse_json(text, "net"), "net", options);
}
std::string refused(const Json& json, const ArchitectureOptions& options = {}) {
  return refusal([&] { read_architecture(json, "net", options); });
}
std::string refused_text(const std::string& text) { return refused(parse_json(text, "net")); }

std::vector<std::string> names(const Graph& graph) {
  std::vector<std::string> list;
  for (const Node& node : graph.nodes()) list.push_back(node.layer->name());
  return list;
}

// Everything that a graph is, as text, but for the name of an input layer that Keras does not list.
std::string described(const Graph& graph) {
  std::string text = fmt::format("{} sequential={} output={}\n", graph.name(), graph.sequential(), graph.output());
  for (int output : graph.outputs()) text += fmt::format("output {}\n", output);
  for (const NestedModel& model : graph.nested())
    text += fmt::format("{} sequential={} calls={}\n", model.path, model.sequential, model.calls.size());
  for (const Node& node : graph.nodes()) {
    if (node.training) text += *node.training ? "training " : "inference ";
    text += fmt::format("{} ", node.call);
    Json config = node.layer->config();
    if (graph.sequential() && node.inputs.empty()) config.erase("name");
    text += fmt::format("{} {} {} <-", node.layer->type(), config.dump(), to_string(node.shape));
    for (int input : node.inputs) text += fmt::format(" {}", input);
    text += "\n";
  }
  return text;
}

// A network of every layer, with branches.
constexpr const char* kBranches = R"({"name": "branches", "input_shape": [8, 8, 2], "layers": [
    {"InputLayer": {"name": "picture"}},
    {"Conv2D": {"filters": 4, "kernel_size": [3, 1], "padding": "same", "activation": "relu", "name": "stem"}},
    {"Conv2D": {"filters": 4, "kernel_size": 1, "inputs": ["picture"], "trainable": false, "name": "side"}},
    {"Add": {"inputs": ["stem", "side"]}},
    {"BatchNormalization": {"momentum": 0.9, "scale": false}},
    {"MaxPooling2D": {"strides": 1, "padding": "same"}},
    {"Concatenate": {"inputs": ["max_pooling2d", "side", "stem"]}},
    {"GlobalAveragePooling2D": {}},
    {"Dense": {"units": 3, "activation": "softmax"}}]})";

// ---- the short form

TEST(ShortForm, IsWhatItSays) {
  const Graph graph = read(R"({"name": "my_cnn", "input_shape": [32, 32, 3],
      "layers": [{"Conv2D": {"filters": 32, "kernel_size": 3, "activation": "relu", "name": "stem"}},
                 {"MaxPooling2D": {}}, {"Flatten": {}}, {"Dense": {"units": 10, "activation": "softmax"}}]})");
  EXPECT_EQ(graph.name(), "my_cnn");
  EXPECT_TRUE(graph.sequential());
  EXPECT_THAT(names(graph), ElementsAre("input_layer", "stem", "max_pooling2d", "flatten", "dense"));
  EXPECT_EQ(graph.node(1).shape, Shape({30, 30, 32}));
  EXPECT_EQ(graph.output_shape(), Shape({10}));
}

TEST(ShortForm, ConnectsLayersByName) {
  const Graph graph = read(kBranches);
  EXPECT_FALSE(graph.sequential());
  EXPECT_EQ(graph.node(graph.find("add")).inputs, (std::vector<int>{1, 2}));
  EXPECT_EQ(graph.node(graph.find("concatenate")).inputs, (std::vector<int>{5, 2, 1}));
  EXPECT_FALSE(graph.node(2).layer->trainable());
  EXPECT_EQ(graph.output_shape(), Shape({3}));
}

TEST(ShortForm, TakesInputsBesideTheClassToo) {
  const Graph graph = read(R"({"input_shape": [4], "layers": [{"Dense": {"units": 4}},
      {"Add": {}, "inputs": ["dense", "input_layer"]}]})");
  EXPECT_EQ(graph.node(2).inputs, (std::vector<int>{1, 0}));
}

TEST(ShortForm, ALayerMayBeWrittenBeforeItsInputs) {
  const Graph graph = read(R"({"input_shape": [4], "output": "last", "layers": [
      {"Dense": {"units": 2, "inputs": ["first"], "name": "last"}},
      {"Dense": {"units": 3, "inputs": ["input_layer"], "name": "first"}}]})");
  EXPECT_THAT(names(graph), ElementsAre("input_layer", "first", "last"));
  EXPECT_EQ(graph.output_shape(), Shape({2}));
}

TEST(ShortForm, NamesCountAroundThoseThatAreTaken) {
  const Graph graph = read(R"({"input_shape": [4], "layers": [{"Dense": {"units": 2}}, {"Dense": {"units": 2}},
      {"Dense": {"units": 2, "name": "dense_1"}}]})");
  EXPECT_THAT(names(graph), ElementsAre("input_layer", "dense", "dense_2", "dense_1"));
}

TEST(ShortForm, LeavesSizesToTheData) {
  const std::string text = R"({"input_shape": [null, null, 3], "layers": [{"Flatten": {}}]})";
  EXPECT_EQ(read(text, {.picture_shape = Shape{5, 4, 1}}).output_shape(), Shape({60}));
  EXPECT_EQ(read(R"({"layers": [{"Flatten": {}}]})", {.picture_shape = Shape{5, 4, 1}}).output_shape(), Shape({20}));
  EXPECT_THAT(refused_text(text), HasSubstr("net: input_shape: got [null,null,3], which leaves a size open"));
  EXPECT_THAT(refused(parse_json(text, ""), {.picture_shape = Shape{7}}),
              HasSubstr("does not fit the data's pictures of shape (7,)"));
  EXPECT_THAT(refused_text(R"({"layers": [{"Flatten": {}}]})"), HasSubstr("does not say its input's shape"));
}

TEST(ShortForm, IsReadAsItWasWritten) {
  const Graph graph = read(kBranches);
  const Json json = write_short(graph);
  EXPECT_EQ(described(read_architecture(json, "net")), described(graph));
  // What is at its default, and what the order says, is not written.
  EXPECT_EQ(json["layers"][1].dump(), R"({"Conv2D":{"filters":4,"kernel_size":[3,1],"padding":"same",)"
                                      R"("activation":"relu","name":"stem"}})");
  EXPECT_EQ(json["layers"][7].dump(), R"({"GlobalAveragePooling2D":{"name":"global_average_pooling2d"}})");
}

TEST(ShortForm, BehindACallStandsWhatTakesIt) {
  const std::string chain = R"({"input_shape": [8, 8, 3], "layers": [
      {"Conv2D": {"filters": 3, "kernel_size": 3, "padding": "same", "name": "a"}},
      {"Activation": {"activation": "tanh", "name": "b"}}, {"call": "a", "inputs": ["b"]})";
  const Graph ends = read(chain + "]}"), graph = read(chain + R"(, {"GlobalAveragePooling2D": {"name": "g"}}]})");
  EXPECT_THAT(names(graph), ElementsAre("input_layer", "a", "b", "a", "g"));
  for (int n = 1; n < graph.size(); ++n) EXPECT_EQ(graph.node(n).inputs, std::vector<int>{n - 1});
  EXPECT_THAT(names(ends), ElementsAre("input_layer", "a", "b", "a"));
  EXPECT_EQ(ends.output(), 3);
  for (const Graph* one : {&ends, &graph})
    EXPECT_EQ(described(read_architecture(write_short(*one), "short")), described(*one));
}

TEST(ShortForm, RefusesWhatIsWrong) {
  const auto layers = [](const std::string& list) {
    return refused_text(R"({"input_shape": [8, 8, 3], "layers": [)" + list + "]}");
  };
  EXPECT_EQ(layers(R"({"Conv2d": {}})"), R"(net: layers[0]: unknown layer class "Conv2d"; did you mean "Conv2D"?)");
  EXPECT_THAT(layers(R"({"Conv2D": {"filter": 3}})"),
              HasSubstr(R"(unknown option "filter" (got 3); did you mean "filters"?)"));
  // At the value, too, at which Keras writes what no layer of ours has.
  EXPECT_THAT(layers(R"({"Conv2D": {"filters": 4, "kernel_size": 3, "use_biass": false}})"),
              EndsWith(R"(conv2d: unknown option "use_biass" (got false); did you mean "use_bias"?)"));
  EXPECT_THAT(layers(R"({"BatchNormalization": {"centre": null}})"), HasSubstr(R"(did you mean "center"?)"));
  EXPECT_EQ(layers(R"({"Dense": {"units": 2, "use_bias": false, "data_format": null, "seed": null}})"), "(nothing was refused)");
  EXPECT_THAT(layers(R"({"Flatten": {"name": "a"}}, {"Dense": {"units": 2, "inputs": ["b"]}})"),
              HasSubstr(R"(net: dense: unknown layer "b")"));
  EXPECT_THAT(layers(R"({"Flatten": {}, "Dense": {}})"), HasSubstr("one class a layer"));
  EXPECT_THAT(layers(R"({"Flatten": []})"), HasSubstr("must be an object"));
  EXPECT_THAT(layers(R"({"Flatten": {"inputs": []}})"), EndsWith("the layer has no inputs"));
  EXPECT_THAT(layers(R"({"Flatten": {}}, {"Model": {"use": "vgg16"}})"), HasSubstr("a model by name cannot be had here"));
  EXPECT_THAT(layers(R"({"Flatten": {}}, {"Model": {"name": "m"}})"), HasSubstr("a model as a layer needs"));
  EXPECT_THAT(layers(R"({"Flatten": {}}, {"InputLayer": {}})"), HasSubstr("models of several inputs cannot be had"));
  EXPECT_THAT(layers(R"({"Flatten": {}}, {"call": "dense", "inputs": ["flatten"]})"),
              HasSubstr(R"(layers[1]: no layer before it is named "dense")"));
  EXPECT_THAT(layers(R"({"Flatten": {"name": "f"}}, {"Dense": {"units": 2, "inputs": [["f", 1, 0]]}})"),
              HasSubstr(R"(takes call 1 of "f", which is called 1 times)"));
  EXPECT_THAT(layers(R"({"Dense": {"units": 1, "name": "a"}}, {"Dense": {"units": 1, "name": "a"}})"),
              HasSubstr(R"(two layers are named "a")"));
  EXPECT_THAT(layers(R"({"Dense": {"units": 1, "name": "a\u001b[2J"}})"), HasSubstr("no control characters"));
  EXPECT_THAT(layers(R"({"Dense": {"units": 1, "name": "a"}}, {"Dense": {"units": 1, "inputs": ["input_layer"]}})"),
              HasSubstr(R"(net: a: nothing takes the layer's output, and it is not the model's ("dense" is))"));
  EXPECT_THAT(layers(R"({"Dense": {"units": 1, "name": "a", "inputs": ["b"]}},
                        {"Dense": {"units": 1, "name": "b", "inputs": ["a"]}})"),
              HasSubstr("lead back to itself"));
  EXPECT_THAT(layers(R"({"MaxPooling2D": {}}, {"Conv2D": {"filters": 1, "kernel_size": 5}})"),
              HasSubstr("net: conv2d: kernel_size 5x5 is larger than the picture 4x4"));
  EXPECT_THAT(layers(""), HasSubstr("no layers"));
  EXPECT_THAT(refused_text("[]"), HasSubstr("not an architecture"));
  EXPECT_THAT(refused_text(R"({"layer": []})"), HasSubstr("not an architecture"));
  EXPECT_THAT(refused_text(R"({"layers": {}})"), HasSubstr("must be a list"));
  EXPECT_THAT(refused_text(R"({"layers": [], "input_shap": 3})"), HasSubstr(R"(did you mean "input_shape"?)"));
}

TEST(ShortForm, RefusesSizesThatCannotBe) {
  const auto dense = [](const std::string& shape, const std::string& units) {
    return refused_text(R"({"input_shape": )" + shape + R"(, "layers": [{"Dense": {"units": )" + units + "}}]}");
  };
  EXPECT_THAT(dense("[1048576, 1048576, 1048576, 1048576]", "1"), HasSubstr("too large"));
  EXPECT_THAT(dense("[1048577]", "1"), HasSubstr("expected sizes from 1 to 1048576"));
  EXPECT_THAT(dense("[0]", "1"), HasSubstr("expected sizes from 1"));
  EXPECT_THAT(dense("[32]", "9223372036854775807"), HasSubstr("too large"));
  EXPECT_THAT(dense("[1000000]", "1000000"), HasSubstr("kernel of shape (1000000, 1000000) is too large"));
  EXPECT_THAT(refused_text(R"({"input_shape": [70000, 70000, 1], "layers": [{"Conv2D": {"filters": 4611686018427387904,
      "kernel_size": 65536, "padding": "same"}}]})"),
              HasSubstr("too large"));
}

TEST(ShortForm, ManyLayersAreQuickAndTooManyAreRefused) {
  Json json = {{"input_shape", {4}}, {"layers", Json::array()}};
  for (int i = 0; i < 10'000; ++i) json["layers"].push_back({{"Activation", {{"activation", "relu"}}}});
  EXPECT_EQ(read_architecture(json, "net").nodes().back().layer->name(), "activation_9999");
  json["layers"].push_back({{"Flatten", Json::object()}});
  EXPECT_THAT(refused(json), HasSubstr("too many layers (got 10001, expected at most 10000)"));
}

// ---- every layer

// Options away from their defaults, and an input that fits.
struct Sample {
  const char* type;
  const char* options;
  std::vector<Shape> inputs;
};
const std::vector<Sample> kSamples = {
    {"Conv2D",
     R"({"filters": 6, "kernel_size": [3, 2], "strides": [2, 1], "padding": "same", "groups": 2,
        "activation": "tanh", "use_bias": false, "kernel_initializer": "he_normal"})",
     {{8, 8, 4}}},
    {"DepthwiseConv2D",
     R"({"kernel_size": [3, 2], "strides": [2, 1], "padding": "same", "depth_multiplier": 3, "dilation_rate": [1, 2],
        "activation": "tanh", "use_bias": false, "depthwise_initializer": "he_normal"})",
     {{8, 8, 4}}},
    {"SeparableConv2D",
     R"({"filters": 6, "kernel_size": [3, 2], "strides": [2, 1], "padding": "same", "depth_multiplier": 3,
        "activation": "tanh", "use_bias": false, "pointwise_initializer": "he_normal"})",
     {{8, 8, 4}}},
    {"Conv2DTranspose",
     R"({"filters": 6, "kernel_size": [3, 2], "strides": [2, 3], "output_padding": [0, 1], "activation": "tanh",
        "use_bias": false, "kernel_initializer": "he_normal"})",
     {{8, 8, 4}}},
    {"MaxPooling2D", R"({"pool_size": [3, 2], "strides": [1, 2], "padding": "same"})", {{8, 8, 4}}},
    {"AveragePooling2D", R"({"pool_size": 3})", {{8, 8, 4}}},
    {"GlobalAveragePooling2D", R"({"keepdims": true})", {{8, 8, 4}}},
    {"GlobalMaxPooling2D", R"({"keepdims": true})", {{8, 8, 4}}},
    {"Flatten", "{}", {{8, 8, 4}}},
    {"Dense",
     R"({"units": 5, "activation": "sigmoid", "use_bias": false,
        "kernel_initializer": {"class_name": "RandomNormal", "config": {"stddev": 0.25}}})",
     {{7}}},
    {"Dropout", R"({"rate": 0.3})", {{7}}},
    {"BatchNormalization",
     R"({"momentum": 0.9, "epsilon": 1e-5, "center": false, "gamma_initializer":
        {"class_name": "Constant", "config": {"value": 0.1}}})",
     {{8, 8, 4}}},
    {"LayerNormalization", R"({"axis": [1, -1], "epsilon": 1e-5, "center": false, "scale": false, "rms_scaling": true})", {{8, 8, 4}}},
    {"GroupNormalization", R"({"groups": 2, "axis": 3, "epsilon": 1e-5, "center": false, "scale": false})", {{8, 8, 4}}},
    {"Rescaling", R"({"scale": 0.1, "offset": -1})", {{8, 8, 4}}},
    {"Add", "{}", {{7}, {7}}},
    {"Concatenate", R"({"axis": 1})", {{2, 3}, {5, 3}}},
    {"Activation", R"({"activation": "softmax"})", {{7}}},
    {"ReLU", R"({"max_value": 6, "negative_slope": 0.1, "threshold": 0.5})", {{7}}},
    {"Softmax", "{}", {{7}}},
    {"LeakyReLU", R"({"negative_slope": 0.1})", {{7}}},
    {"ELU", R"({"alpha": 0.5})", {{7}}},
    {"PReLU", R"({"alpha_initializer": "ones", "shared_axes": [1, 2]})", {{8, 8, 4}}},
    {"Reshape", R"({"target_shape": [-1, 4]})", {{8, 8, 2}}},
    {"Permute", R"({"dims": [3, 1, 2]})", {{8, 8, 4}}},
    {"ZeroPadding2D", R"({"padding": [[1, 2], [3, 4]]})", {{8, 8, 4}}},
    {"Cropping2D", R"({"cropping": [[1, 2], [3, 4]]})", {{8, 8, 4}}},
    {"UpSampling2D", R"({"size": [2, 3], "interpolation": "bilinear"})", {{8, 8, 4}}},
    {"Subtract", "{}", {{7}, {7}}},
    {"Multiply", "{}", {{7}, {7}}},
    {"Average", "{}", {{7}, {7}}},
    {"Maximum", "{}", {{7}, {7}}},
    {"Minimum", "{}", {{7}, {7}}},
    {"SpatialDropout2D", R"({"rate": 0.3})", {{8, 8, 4}}},
    {"GaussianNoise", R"({"stddev": 0.3})", {{7}}},
    {"GaussianDropout", R"({"rate": 0.3})", {{7}}},
    {"RandomFlip", R"({"mode": "vertical"})", {{8, 8, 4}}},
    {"RandomRotation", R"({"factor": [-0.1, 0.2], "fill_mode": "wrap", "interpolation": "nearest", "fill_value": 3})", {{8, 8, 4}}},
    {"RandomTranslation", R"({"height_factor": 0.1, "width_factor": [0, 0.2], "fill_mode": "constant"})", {{8, 8, 4}}},
    {"RandomZoom", R"({"height_factor": 0.1, "width_factor": null, "fill_mode": "nearest"})", {{8, 8, 4}}},
    {"RandomContrast", R"({"factor": [0.1, 0.2], "value_range": [0, 1]})", {{8, 8, 4}}},
    {"RandomBrightness", R"({"factor": 0.1, "value_range": [0, 1]})", {{8, 8, 4}}},
    {"RandomCrop", R"({"height": 5, "width": 6})", {{8, 8, 4}}},
    {"Normalization", R"({"mean": [1, 2], "variance": 0.5, "invert": true})", {{8, 8, 2}}}};

TEST(EveryLayer, HasASample) {
  std::vector<std::string> types = {InputLayer::kType};
  for (const Sample& sample : kSamples) types.push_back(sample.type);
  EXPECT_THAT(types, testing::UnorderedElementsAreArray(layer_types()));
}

TEST(EveryLayer, ComesBackFromItsOwnJson) {
  for (const Sample& sample : kSamples) {
    const Json options = parse_json(sample.options, sample.type);
    const auto layer = make_layer(sample.type, options, "net");
    layer->set_name("a_layer");
    layer->set_trainable(false);
    const auto again = make_layer(sample.type, layer->config(), "net");
    EXPECT_EQ(again->config().dump(), layer->config().dump());
    EXPECT_EQ(again->infer(sample.inputs), layer->infer(sample.inputs));
    for (const auto& [key, value] : options.items())
      EXPECT_TRUE(layer->config().contains(key)) << sample.type << " " << key;
  }
}

// ---- Keras's configs

class KerasConfig : public testing::TestWithParam<const char*> {};

TEST_P(KerasConfig, GivesKerasShapesAndParameters) {
  const Json golden = golden_architecture(GetParam());
  const Graph graph = read_architecture(golden["architecture"], GetParam());
  for (const auto& [name, shape] : golden["shapes"].items()) {
    Json ours = write_field(graph.node(graph.find(name)).shape);
    EXPECT_EQ(ours, shape) << name;
  }
  // Keras lists an input layer of what it calls a Functional model only.
  EXPECT_EQ(static_cast<size_t>(graph.size()), golden["shapes"].size() + (graph.sequential() ? 1 : 0));
  int64_t parameters = 0;
  std::vector<std::string> weights;
  for (const TensorEntry& tensor : tensors_of(graph)) {
    parameters += tensor.shape.elements();
    weights.push_back(tensor.name);
  }
  EXPECT_EQ(parameters, golden["parameters"].get<int64_t>());
  std::vector<std::string> keras;
  for (const Json& name : golden["weights"]) keras.push_back(name.get<std::string>());
  for (std::string& name : keras) {
    name = name.substr(0, name.find(':'));                        // Keras 2: "dense/kernel:0"
    if (name.starts_with("sequential/")) name = name.substr(11);  // Keras 3, built by build()
    if (name == "depthwise_conv2d/depthwise_kernel") name = "depthwise_conv2d/kernel";  // Keras 2
  }
  EXPECT_EQ(weights, keras);
}

TEST_P(KerasConfig, IsTheSameAfterEveryForm) {
  const Graph graph = read_architecture(golden_architecture(GetParam())["architecture"], GetParam());
  EXPECT_EQ(described(read_architecture(write_keras(graph), "keras")), described(graph));
  EXPECT_EQ(described(read_architecture(write_short(graph), "short")), described(graph));
}

INSTANTIATE_TEST_SUITE_P(, KerasConfig,
                         testing::Values("keras_3_sequential", "keras_3_residual", "keras_3_chain", "keras_3_operator",
                                         "keras_3_convolutions", "keras_3_moves", "keras_2_sequential",
                                         "keras_2_residual", "keras_2_chain", "keras_2_convolutions", "keras_2_moves"),
                         [](const auto& test) { return std::string(test.param); });

TEST(KerasConfigs, WithoutAShapeTakeTheData) {
  for (const char* name : {"keras_3_open", "keras_2_open"}) {
    const Json json = golden_architecture(name)["architecture"];
    EXPECT_THAT(refused(json), HasSubstr("does not say its input's shape"));
    const Graph graph = read_architecture(json, "net", {.picture_shape = Shape{9, 9, 3}});
    EXPECT_EQ(graph.node(1).shape, Shape({7, 7, 2}));
  }
}

TEST(KerasConfigs, OldOnesAreRead) {
  // As Keras 2.2 wrote them: the config is a list, the shape stands in the first layer.
  const Graph graph = read(R"({"class_name": "Sequential", "config": [
      {"class_name": "Conv2D", "config": {"name": "conv2d_1", "trainable": true, "batch_input_shape": [null, 6, 6, 1],
       "dtype": "float32", "filters": 2, "kernel_size": [3, 3], "strides": [1, 1], "padding": "valid",
       "data_format": "channels_last", "dilation_rate": [1, 1], "activation": "relu", "use_bias": true,
       "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": null, "dtype": "float32"}},
       "bias_initializer": {"class_name": "Zeros", "config": {"dtype": "float32"}}, "kernel_regularizer": null}},
      {"class_name": "Flatten", "config": {"name": "flatten_1", "trainable": true, "data_format": "channels_last"}}],
      "keras_version": "2.2.4", "backend": "tensorflow"})");
  EXPECT_EQ(graph.output_shape(), Shape({32}));
  EXPECT_THAT(names(graph), ElementsAre("input_layer", "conv2d_1", "flatten_1"));
}

TEST(KerasConfigs, RefuseTheHardSigmoidOfKeras1And2) {
  Json json = parse_json(R"({"class_name": "Sequential", "config": {"name": "s", "layers": [
      {"class_name": "Dense", "config": {"name": "gate", "units": 2, "activation": "hard_sigmoid",
       "batch_input_shape": [null, 3]}}]}})", "net");
  EXPECT_EQ(read_architecture(json, "net").output_shape(), Shape({2}));
  for (const char* version : {"1", "1.2.2", "2.15.0"}) {
    json["keras_version"] = version;
    EXPECT_THAT(refused(json), HasSubstr("gate: the hard_sigmoid of Keras 1 and 2 is another function than Keras 3's")) << version;
  }
}

TEST(KerasConfigs, RefuseByNameWhatCannotBeHad) {
  const auto sequential = [](const std::string& layer) {
    return refused_text(R"({"class_name": "Sequential", "config": {"name": "s", "layers": [{"class_name": "InputLayer",
        "config": {"batch_shape": [null, 8, 8, 3], "name": "in"}}, )" +
                        layer + "]}}");
  };
  EXPECT_THAT(sequential(R"({"class_name": "Functional", "config": {"name": "vgg16"}})"),
              HasSubstr(R"(net: layers[1]: vgg16: expected "input_layers")"));
  EXPECT_THAT(sequential(R"({"class_name": "Lambda", "config": {"name": "l"}})"), HasSubstr("holds Python code"));
  EXPECT_THAT(sequential(R"({"class_name": "Swish", "registered_name": "Custom>Swish", "config": {}})"),
              HasSubstr(R"(of the user's own cannot be read (got "Custom>Swish"))"));
  EXPECT_THAT(sequential(R"({"class_name": "Conv3D", "config": {"name": "c"}})"),
              HasSubstr(R"(c: unknown layer class "Conv3D"; did you mean "Conv2D"?)"));
  EXPECT_THAT(sequential(R"({"class_name": "Flatten", "config": {"data_format": "channels_first"}})"),
              HasSubstr("channels_last"));
  EXPECT_THAT(
      sequential(R"({"class_name": "Dense", "config": {"units": 2, "activity_regularizer": {"class_name": "L2"}}})"),
      HasSubstr(R"(unknown option "activity_regularizer")"));
  EXPECT_THAT(sequential(R"({"class_name": "Dense", "config": {"units": 2, "kernel_regularizer": "l3"}})"),
              HasSubstr(R"(kernel_regularizer: unknown regularizer (got "l3", expected L1, L2 or L1L2))"));
  EXPECT_THAT(refused_text(R"({"class_name": "CustomCNN", "config": {}})"),
              HasSubstr("expected Sequential or Functional"));

  const Json residual = golden_architecture("keras_3_residual")["architecture"];
  const auto changed = [&](auto change) {
    Json json = residual;
    change(json["config"]);
    return refused(json);
  };
  const auto add_of = [](Json& config) -> Json& { return config["layers"][3]; };
  // A call that nothing takes, of a layer with one that something does, is no part of the model.
  EXPECT_EQ(changed([&](Json& c) { add_of(c)["inbound_nodes"].push_back(add_of(c)["inbound_nodes"][0]); }),
            "(nothing was refused)");
  EXPECT_THAT(changed([&](Json& c) { add_of(c)["inbound_nodes"] = Json::array(); }), HasSubstr("add: the layer is never called"));
  EXPECT_THAT(changed([&](Json& c) {
                c["input_layers"] = {{"picture", 0, 0}, {"other", 0, 0}};
              }),
              HasSubstr("models of one input can be had (got 2 input_layers)"));
  EXPECT_THAT(changed([&](Json& c) {
                c["output_layers"] = {"joined", 0, 0};
              }),
              HasSubstr("nothing takes the layer's output"));
  EXPECT_THAT(changed([&](Json& c) { c["layers"][4]["inbound_nodes"][0]["kwargs"]["mask"] = 1; }),
              HasSubstr(R"(is called with "mask"=1)"));
  EXPECT_THAT(changed([&](Json& c) { add_of(c)["inbound_nodes"][0]["args"].push_back(1.5); }),
              HasSubstr("is called with 1.5, expected outputs of layers"));
}

// layer(x, training=False): Keras 3 lets the model's flag win, Keras 2 the call's.
TEST(KerasConfigs, TrainingInACallIsKeptWhereKerasKeepsToIt) {
  Json three = golden_architecture("keras_3_residual")["architecture"];
  three["config"]["layers"][4]["inbound_nodes"][0]["kwargs"]["training"] = false;
  Graph graph = read_architecture(three, "net");
  for (const Node& node : graph.nodes()) EXPECT_FALSE(node.training) << node.layer->name();

  Json two = golden_architecture("keras_2_residual")["architecture"];
  two["config"]["layers"][4]["inbound_nodes"][0][0][3]["training"] = false;
  graph = read_architecture(two, "net");
  EXPECT_EQ(graph.node(graph.find("batch_normalization_1")).training, false);
}

// ---- shared layers, models in models, several outputs

// A model in a model in a model, called twice; a layer called twice; two outputs; training fixed in calls.
constexpr const char* kNested = R"({"name": "nested", "input_shape": [8, 8, 4], "layers": [
    {"InputLayer": {"name": "picture"}},
    {"Model": {"name": "outer", "layers": [
        {"InputLayer": {"name": "in"}},
        {"Model": {"name": "inner", "layers": [
            {"Conv2D": {"filters": 4, "kernel_size": 3, "padding": "same", "name": "conv"}},
            {"BatchNormalization": {"name": "norm"}}]}, "training": false},
        {"Activation": {"activation": "relu", "name": "relu"}},
        {"Add": {"inputs": ["relu", "in"], "name": "sum"}}]}},
    {"call": "outer", "inputs": ["outer"]},
    {"Conv2D": {"filters": 4, "kernel_size": 1, "name": "shared", "inputs": [["outer", 1, 0]]}},
    {"call": "shared", "inputs": ["outer"], "training": true},
    {"Add": {"inputs": ["shared", ["shared", 1, 0]], "name": "joined"}},
    {"GlobalAveragePooling2D": {"name": "pool"}},
    {"Dense": {"units": 2, "activation": "softmax", "name": "main"}},
    {"Dense": {"units": 3, "name": "aside", "inputs": ["pool"]}}],
  "output": ["main", "aside"]})";

TEST(NestedArchitecture, IsOneGraphOfPaths) {
  const Graph graph = read(kNested);
  EXPECT_THAT(names(graph),
              ElementsAre("picture", "outer/in", "outer/inner/input_layer", "outer/inner/conv", "outer/inner/norm",
                          "outer/relu", "outer/sum", "outer/in", "outer/inner/input_layer", "outer/inner/conv",
                          "outer/inner/norm", "outer/relu", "outer/sum", "shared", "shared", "joined", "pool", "main",
                          "aside"));
  EXPECT_EQ(graph.node(graph.output()).layer->name(), "main");
  EXPECT_EQ(graph.outputs().size(), 2u);
  EXPECT_EQ(graph.node(graph.find("outer/inner/norm")).training, false);
  EXPECT_FALSE(graph.node(graph.find("outer/relu")).training);
}

TEST(NestedArchitecture, ComesBackFromBothForms) {
  const Graph graph = read(kNested);
  const Json shorter = write_short(graph);
  EXPECT_EQ(write_short(read_architecture(shorter, "short")), shorter);
  EXPECT_EQ(described(read_architecture(shorter, "short")), described(graph));
  EXPECT_EQ(described(read_architecture(write_keras(graph), "keras")), described(graph));
  EXPECT_EQ(write_short(read_architecture(write_keras(graph), "keras")), shorter);
}

TEST(NestedArchitecture, KeepsWhatEachCallFixes) {
  const Graph graph = read(R"({"input_shape": [4], "layers": [
      {"Model": {"name": "base", "layers": [{"Dropout": {"rate": 0.5, "name": "fixed"}, "training": true},
                                            {"Dropout": {"rate": 0.5, "name": "free"}}]}, "training": true},
      {"call": "base", "inputs": ["base"], "training": false}, {"call": "base", "inputs": [["base", 1, 0]]}]})");
  using Flags = std::vector<std::optional<bool>>;
  Flags fixed, free;
  for (const Node& node : graph.nodes()) {
    if (node.layer->name() == "base/fixed") fixed.push_back(node.training);
    if (node.layer->name() == "base/free") free.push_back(node.training);
  }
  EXPECT_EQ(fixed, (Flags{true, true, true}));
  EXPECT_EQ(free, (Flags{true, false, std::nullopt}));
  EXPECT_EQ(described(read_architecture(write_short(graph), "short")), described(graph));
  EXPECT_EQ(described(read_architecture(write_keras(graph), "keras")), described(graph));
  EXPECT_EQ(described(read_architecture(write_keras_2(graph), "keras 2")), described(graph));
}

// The idiom base(x, training=False).
TEST(NestedArchitecture, AModelByNameIsCalledAsOneWithLayers) {
  const std::string layers = R"("layers": [{"Dropout": {"rate": 0.5}}, {"BatchNormalization": {"name": "norm"}}])";
  const auto net = [&](const std::string& base) {
    return R"({"input_shape": [4], "layers": [{"Model": {"name": "base", )" + base +
           R"(}, "training": false}, {"call": "base", "inputs": ["base"]}]})";
  };
  const auto use = [&](const std::string&, const std::string&, const Shape&) {
    return Model(read(R"({"input_shape": [4], )" + layers + "}"));
  };
  const Graph graph = read(net(R"("use": "net")"), {.use = use});
  EXPECT_EQ(graph.node(graph.find("base/norm")).training, false);
  EXPECT_EQ(described(graph), described(read(net(layers))));
}

TEST(NestedArchitecture, AFrozenModelFreezesItsLayers) {
  Json json = parse_json(kNested, "net");
  json["layers"][1]["Model"]["trainable"] = false;
  const Graph graph = read_architecture(json, "net");
  EXPECT_FALSE(graph.node(graph.find("outer/inner/conv")).layer->trainable());
  EXPECT_TRUE(graph.node(graph.find("shared")).layer->trainable());
}

TEST(NestedArchitecture, TakesOpenSizesFromWhatComesIn) {
  Json keras = write_keras(read(kNested));
  const auto open = [](Json& layer) { layer["config"]["layers"][0]["config"]["batch_shape"] = {nullptr, nullptr, nullptr, 4}; };
  open(keras);
  Json& outer = keras["config"]["layers"][1];
  open(outer);
  open(outer["config"]["layers"][1]);
  const Graph graph = read_architecture(keras, "net", {.picture_shape = Shape{12, 16, 4}});
  EXPECT_EQ(graph.node(graph.find("outer/inner/conv")).shape, Shape({12, 16, 4}));
  EXPECT_EQ(write_keras(graph)["config"]["layers"][0]["config"]["batch_shape"], Json({nullptr, nullptr, nullptr, 4}));
}

// Weights behind a Flatten are of one size of pictures: a file that left it open could not be read back.
TEST(NestedArchitecture, SizesStayOpenWhereTheWeightsFitOthers) {
  const auto shape = [](const char* last) {
    const Graph graph = read(std::string(R"({"input_shape": [null, null, null], "layers": [{"Conv2D": {"filters": 2, "kernel_size": 3}}, )") +
                                 last + R"(, {"Dense": {"units": 2}}]})",
                             {.picture_shape = Shape{8, 8, 3}});
    return write_keras(graph)["config"]["layers"][0]["config"]["batch_shape"];
  };
  EXPECT_EQ(shape(R"({"Flatten": {}})"), Json({nullptr, 8, 8, 3}));
  EXPECT_EQ(shape(R"({"GlobalAveragePooling2D": {}})"), Json({nullptr, nullptr, nullptr, 3}));
}

TEST(NestedArchitecture, KeepsWhichOutputIsUsed) {
  Graph graph = read(kNested);
  graph.set_output(graph.find("aside"));
  for (const Json& json : {write_keras(graph), write_keras_2(graph), write_short(graph)}) {
    const Graph again = read_architecture(json, "net");
    EXPECT_EQ(again.output_shape(), Shape({3}));
    EXPECT_EQ(again.outputs(), graph.outputs());
  }
  Json wrong = write_short(graph);
  wrong["used_output"] = "pool";
  EXPECT_EQ(refused(wrong), R"(net: used_output: is none of the model's outputs (got "pool"))");
}

TEST(NestedArchitecture, KeepsAnOutputThatOnlyTrains) {
  Graph graph = read(kNested);
  graph.set_training_output(graph.find("aside"));
  EXPECT_EQ(read_architecture(write_keras(graph), "keras").training_output(), graph.find("aside"));
  EXPECT_EQ(read_architecture(write_short(graph), "short").training_output(), graph.find("aside"));
}

// ---- hostile files

// Every place in a JSON text, depth first.
void collect(Json& json, std::vector<Json*>& places) {
  places.push_back(&json);
  if (json.is_structured())
    for (Json& inner : json) collect(inner, places);
}

// Reads or refuses: nothing else may happen.
void survives(const Json& json) {
  try {
    const Graph graph = read_architecture(json, "net", {.picture_shape = Shape{8, 8, 3}});
    write_keras(graph);
    write_short(graph);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::file) << error.what();
    EXPECT_TRUE(error.where().starts_with("net")) << error.what();
  }
}

TEST(HostileArchitecture, AnyValueOfAnyTypeAnywhereIsReadOrRefused) {
  std::vector<Json> values;
  for (const char* text : {"null",
                           "true",
                           "0",
                           "-1",
                           "1",
                           "3",
                           "0.5",
                           "1e300",
                           "-9223372036854775808",
                           "18446744073709551615",
                           R"("")",
                           R"("relu")",
                           R"("add")",
                           R"("a/b")",
                           "[]",
                           "[0]",
                           "[null]",
                           R"([["add", 0, 0]])",
                           "[null, 8, 8, 3]",
                           "{}",
                           R"({"class_name": "Add"})",
                           R"({"config": 3})"})
    values.push_back(parse_json(text, text));
  std::vector<Json> sources = {write_short(read(kBranches))};
  for (const char* name : {"keras_3_sequential", "keras_3_residual", "keras_2_residual", "keras_2_open"})
    sources.push_back(golden_architecture(name)["architecture"]);
  // Every value in every place of the short form; of Keras's long ones each place gets some of them.
  for (Json& json : sources) {
    const size_t step = &json == &sources[0] ? 1 : 6;
    std::vector<Json*> places;
    collect(json, places);
    for (size_t i = 0; i < places.size(); ++i) {
      Json original = std::move(*places[i]);  // what lies inside keeps its place
      for (size_t v = i % step; v < values.size(); v += step) {
        *places[i] = values[v];
        survives(json);
      }
      *places[i] = std::move(original);
    }
  }
}

TEST(HostileArchitecture, PartsOfOneInPlacesOfOthersAreReadOrRefused) {
  RandomStream random(1, 7);
  const auto below = [&](size_t n) { return static_cast<size_t>(random.below(n)); };
  std::vector<Json> sources = {write_short(read(kBranches))};
  for (const char* name : {"keras_3_sequential", "keras_3_residual", "keras_2_residual"})
    sources.push_back(golden_architecture(name)["architecture"]);
  for (int round = 0; round < 1000; ++round) {
    Json json = sources[below(sources.size())], other = sources[below(sources.size())];
    for (size_t changes = 1 + below(3); changes > 0; --changes) {
      std::vector<Json*> places, parts;
      collect(json, places);
      collect(other, parts);
      Json* place = places[1 + below(places.size() - 1)];
      if (below(4) == 0)
        *place = nullptr;
      else
        *place = Json(*parts[1 + below(parts.size() - 1)]);
    }
    survives(json);
  }
}

TEST(HostileArchitecture, DeepNestingIsRefused) {
  std::string deep = R"({"class_name": "Functional", "config": {"layers": [], "input_layers": )";
  for (int i = 0; i < 100'000; ++i) deep += "[";
  const TemporaryFolder folder;
  write_file_atomically(folder / "net.json", deep);
  EXPECT_THAT(refusal([&] { load_architecture(folder / "net.json"); }), HasSubstr("nests too deeply"));
}

TEST(ArchitectureFile, IsReadAndNamedInRefusals) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "net.json", write_keras(read(kBranches)).dump());
  EXPECT_EQ(described(load_architecture(folder / "net.json")), described(read(kBranches)));
  write_file_atomically(folder / "net.json", R"({"layers": 3})");
  EXPECT_EQ(refusal([&] { load_architecture(folder / "net.json"); }),
            folder / "net.json" + R"(: "layers" must be a list (got 3))");
  EXPECT_THAT(refusal([&] { load_architecture(folder / "none.json"); }), HasSubstr("none.json"));
}

}  // namespace
}  // namespace fovea
