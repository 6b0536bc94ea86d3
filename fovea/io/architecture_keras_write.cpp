// Architectures as Keras reads them.

#include <map>

#include "fovea/io/architecture.h"
#include "fovea/io/keras_layers.h"
#include "fovea/layers/input.h"

namespace fovea {
namespace {

Json batched(const Shape& shape) { return write_field(shape); }

// Keras finds classes inside a config ("Constant") only beside the module they are in: each kind has its own, and the
// options of a kind end alike.
void add_modules(Json& config) {
  for (auto& [key, value] : config.items()) {
    if (!value.is_object() || !value.contains("class_name")) continue;
    value = {{"module", key.ends_with("_regularizer")  ? "keras.regularizers"
                        : key.ends_with("_constraint") ? "keras.constraints"
                                                       : "keras.initializers"},
             {"class_name", value["class_name"]},
             {"config", value["config"]},
             {"registered_name", nullptr}};
  }
}

// What the two forms have in common is a model's structure; how layers, references and calls are written differs.
class Form {
 public:
  explicit Form(const Graph& graph) : graph_(graph) {}
  virtual ~Form() = default;

  Json write(int model) const {
    const bool sequential = model < 0 ? graph_.sequential() : graph_.nested(model).sequential;
    Json layers = Json::array();
    std::map<std::string, size_t> places;
    const std::vector<Graph::Element> elements = graph_.elements(model);
    for (const Graph::Element& element : elements) {
      const std::string name = own_name(graph_, element);
      const auto [at, fresh] = places.emplace(name, layers.size());
      if (fresh) layers.push_back(element.node >= 0 ? layer(element.node) : write(element.nested));
      if (sequential) continue;
      Json& listed = layers[at->second];
      listed["name"] = name;
      if (fresh) listed["inbound_nodes"] = Json::array();
      if (&element == &elements.front()) continue;
      for (int i = 0; i < times(element); ++i) listed["inbound_nodes"].push_back(call(element, model));
    }
    Json config = {{"name", model < 0 ? graph_.name() : graph_.own_name(graph_.nested(model))},
                   {"trainable", true},
                   {"layers", std::move(layers)}};
    const int input = elements.front().node;
    if (sequential) {
      config["build_input_shape"] = input_shape(input);
      return finish("Sequential", std::move(config));
    }
    const std::vector<int> outputs = model < 0 ? graph_.outputs() : graph_.nested(model).calls.front().outputs;
    Json references = Json::array();
    for (int output : outputs) references.push_back(reference(output, model));
    config["input_layers"] = reference(input, model);
    config["output_layers"] = references.size() == 1 ? Json(references[0]) : references;
    if (model < 0 && graph_.output() != outputs.front()) config["used_output"] = reference(graph_.output(), model);
    if (model < 0 && graph_.training_output() != graph_.output())
      config["training_output"] = reference(graph_.training_output(), model);
    return finish("Functional", std::move(config));
  }

 protected:
  virtual Json layer(int node) const = 0;
  virtual Json call(const Graph::Element& element, int model) const = 0;
  virtual Json finish(const char* type, Json config) const = 0;
  // Keras 3 counts a nested model's calls from 0, Keras 2 from 1. A form for both lists every call twice, and means the
  // first of the two there, the second here.
  virtual bool calls_twice() const = 0;
  int times(const Graph::Element& element) const { return calls_twice() && element.nested >= 0 ? 2 : 1; }

  Json reference(int node, int model) const {
    const Graph::Reference ref = graph_.reference(node, model);
    const bool twice = calls_twice() && ref.nested >= 0;
    return Json::array({ref.layer, twice ? 2 * ref.call + 1 : ref.call, ref.output});
  }

  Json input_shape(int node) const {
    Json shape = batched(graph_.node(node).shape);
    if (const auto* input = dynamic_cast<const InputLayer*>(graph_.node(node).layer.get()))
      for (int axis : input->get().open) shape[static_cast<size_t>(axis) + 1] = nullptr;
    return shape;
  }

  // What both take of a layer.
  Json config_of(int at) const {
    Json config = graph_.node(at).layer->config();
    config["name"] = graph_.own_name(at);
    // Layers whose classes have no such argument.
    const std::string type = graph_.node(at).layer->type();
    if (is_input(at) || type == "SpatialDropout2D") config.erase("trainable");
    return config;
  }

  bool is_input(int node) const { return graph_.node(node).layer->type() == InputLayer::kType; }

  const Graph& graph_;
};

class Keras3 final : public Form {
 public:
  using Form::Form;

 private:
  Json layer(int at) const override {
    const Layer& layer = *graph_.node(at).layer;
    Json config = config_of(at);
    if (is_input(at)) config["batch_shape"] = input_shape(at);
    add_modules(config);
    return {{"module", "keras.layers"},
            {"class_name", layer.type()},
            {"config", std::move(config)},
            {"registered_name", nullptr}};
  }

  Json tensor(int node, int model) const {
    return {{"class_name", "__keras_tensor__"},
            {"config",
             {{"shape", batched(graph_.node(node).shape)},
              {"dtype", "float32"},
              {"keras_history", reference(node, model)}}}};
  }

  // Of a list where it takes several inputs.
  Json call(const Graph::Element& element, int model) const override {
    Json tensors = Json::array();
    for (int input : graph_.inputs(element)) tensors.push_back(tensor(input, model));
    Json args = Json::array({tensors.size() == 1 ? tensors[0] : tensors});
    Json call = {{"args", std::move(args)}, {"kwargs", Json::object()}};
    // Keras 3 runs a model with the model's own flag, whatever its layers were called with: for it the call says nothing.
    if (const std::optional<bool> training = graph_.training(element)) call["training"] = *training;
    return call;
  }

  bool calls_twice() const override { return false; }

  Json finish(const char* type, Json config) const override {
    if (type == std::string("Sequential"))
      return {{"module", "keras"}, {"class_name", type}, {"config", std::move(config)}, {"registered_name", nullptr}};
    // Functional is not among the names that Keras exports.
    return {{"module", "keras.src.models.functional"},
            {"class_name", type},
            {"config", std::move(config)},
            {"registered_name", type}};
  }
};

class Keras2 final : public Form {
 public:
  using Form::Form;

 private:
  Json layer(int at) const override {
    const Layer& layer = *graph_.node(at).layer;
    Json config = config_of(at);
    if (is_input(at)) {
      config.erase("batch_shape");
      config["batch_input_shape"] = input_shape(at);
    }
    config["dtype"] = "float32";
    if (layer.type() == "LeakyReLU") {
      config["alpha"] = config["negative_slope"];
      config.erase("negative_slope");
    }
    // Arguments that Keras 2 has not.
    if (layer.type() == "RandomContrast") config.erase("value_range");
    if (layer.type() == "LayerNormalization") config.erase("rms_scaling");
    return {{"class_name", layer.type()}, {"config", std::move(config)}};
  }

  Json call(const Graph::Element& element, int model) const override {
    Json arguments = Json::object();
    if (const std::optional<bool> training = graph_.training(element)) arguments["training"] = *training;
    Json inputs = Json::array();
    for (int input : graph_.inputs(element)) {
      inputs.push_back(reference(input, model));
      inputs.back().push_back(arguments);
    }
    return inputs;
  }

  bool calls_twice() const override { return true; }
  Json finish(const char* type, Json config) const override {
    config.erase("trainable");
    return {{"class_name", type}, {"config", std::move(config)}};
  }
};

}  // namespace

Json write_keras(const Graph& graph) { return Keras3(graph).write(-1); }
Json write_keras_2(const Graph& graph) { return Keras2(graph).write(-1); }

}  // namespace fovea
