#include "fovea/explain/explainer.h"

#include <algorithm>

#include "fovea/base/error.h"
#include "fovea/explain/layer_choice.h"

namespace fovea::explain {
namespace {

ExplainOptions checked(ExplainOptions options, const Model& model) {
  if (options.threads == 0) options.threads = available_cores();
  if (options.class_index && (*options.class_index < 0 || *options.class_index >= model.classes()))
    throw usage_error("class", "there is no such class (got {}, expected 0 to {})", *options.class_index, model.classes() - 1);
  return options;
}

}  // namespace

Explainer::Explainer(Model& model, const ExplainOptions& options)
    : options_(checked(options, model)),
      pool_(options_.threads),
      network_(model, pool_, {.target = options_.target, .batch = options_.batch, .lanes = options_.lanes}),
      node_(spatial_layer(model.graph(), options_.layer, "layer")) {}

const std::string& Explainer::layer_path() const { return network_.graph().node(node_).layer->name(); }

std::vector<int> Explainer::classes_of(std::span<const float> probabilities) const {
  const auto classes = static_cast<size_t>(network_.classes());
  std::vector<int> result;
  for (size_t first = 0; first < probabilities.size(); first += classes) {
    const auto row = probabilities.subspan(first, classes);
    result.push_back(options_.class_index.value_or(static_cast<int>(std::max_element(row.begin(), row.end()) - row.begin())));
  }
  return result;
}

std::vector<Explanation> Explainer::explain(const Method& method, std::span<const float> pictures, std::span<const int> wanted) {
  const Shape& shape = network_.graph().node(node_).shape;
  const auto elements = static_cast<size_t>(network_.picture_shape().elements()), numbers = static_cast<size_t>(shape.elements());
  const size_t count = pictures.size() / elements, batch = static_cast<size_t>(options_.batch);
  if (pictures.size() % elements != 0)
    throw usage_error("pictures", "are no whole pictures (got {} numbers, expected a multiple of {})", pictures.size(), elements);
  if (!wanted.empty() && wanted.size() != count)
    throw usage_error("classes", "are not one a picture (got {}, expected {})", wanted.size(), count);
  std::vector<Explanation> explanations;
  for (size_t first = 0; first < count; first += batch) {
    const size_t rows = std::min(batch, count - first);
    const auto some = pictures.subspan(first * elements, rows * elements);
    const std::vector<float> probabilities = network_.probabilities(some);
    std::vector<int> classes = classes_of(probabilities);
    if (!wanted.empty()) std::copy_n(wanted.begin() + static_cast<std::ptrdiff_t>(first), rows, classes.begin());
    Network::LayerView view;
    if (method.reads_gradients) {
      view = network_.layer(node_, some, classes);
    } else {
      view.values = network_.values(some, classes);
      if (method.family == Family::cam) view.activations = network_.activations(node_, some);
    }
    const auto of = [&](const std::vector<float>& layer, size_t i) {
      return layer.empty() ? std::span<const float>{} : std::span(layer).subspan(i * numbers, numbers);
    };
    for (size_t i = 0; i < rows; ++i) {
      const Subject subject = {network_, options_.method, some.subspan(i * elements, elements), classes[i], view.values[i], node_,
                               shape[0], shape[1], shape[2], of(view.activations, i), of(view.gradients, i)};
      Map map = method.map(subject);
      if (method.family == Family::cam) map = rectified(std::move(map));
      explanations.push_back({std::move(map), classes[i], view.values[i],
                              probabilities[i * static_cast<size_t>(network_.classes()) + static_cast<size_t>(classes[i])]});
    }
  }
  return explanations;
}

Explanation explain(Model& model, std::span<const float> picture, const std::string& method, const ExplainOptions& options) {
  std::vector<Explanation> explanations = Explainer(model, options).explain(method_of(method, "method"), picture);
  if (explanations.size() != 1) throw usage_error("picture", "is not one picture (got {})", explanations.size());
  return std::move(explanations.front());
}

Map grad_cam(Model& model, std::span<const float> picture, const ExplainOptions& options) {
  return explain(model, picture, "grad-cam", options).map;
}

}  // namespace fovea::explain
