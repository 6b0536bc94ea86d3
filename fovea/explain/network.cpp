#include "fovea/explain/network.h"

#include <algorithm>

#include "fovea/base/error.h"
#include "fovea/explain/plan_layers.h"
#include "fovea/model/span_feed.h"

namespace fovea::explain {
namespace {

// The derivative of the target by the model's outputs: 1 for the class. One output tells two classes apart, and what
// speaks for the second speaks against the first.
class ClassFeed final : public SpanFeed {
 public:
  ClassFeed(std::span<const float> pictures, int64_t elements, std::span<const int> classes, int64_t outputs)
      : SpanFeed(pictures, elements), classes_(classes), outputs_(outputs) {}

  void gradients(int64_t first_row, int64_t rows, float* dst) const override {
    std::fill_n(dst, rows * outputs_, 0.0f);
    for (int64_t i = 0; i < rows; ++i) {
      const int c = classes_[static_cast<size_t>(first_row + i)];
      if (outputs_ == 1) dst[i] = c == 1 ? 1.0f : -1.0f;
      else dst[i * outputs_ + c] = 1;
    }
  }

 private:
  std::span<const int> classes_;
  int64_t outputs_;
};

bool is_rectifier(const Layer& layer) {
  const ActivationKind kind = layer.is_activation().value_or(layer.activation());
  return kind == ActivationKind::relu || kind == ActivationKind::relu6;
}

}  // namespace

Network::Network(Model& model, ThreadPool& pool, const NetworkOptions& options)
    : model_(model), pool_(pool), options_(options) {
  const Shape& shape = model.graph().output_shape();
  if (shape.rank() != 1)
    throw usage_error(model.name(), "only a model that tells classes apart can be explained (got output shape {}, expected one number a class)",
                      to_string(shape));
}

Runner& Network::runner(Question question, int node) {
  auto& runner = runners_[{question, node}];
  if (runner) return *runner;
  PlanOptions plan = {.batch = options_.batch, .lanes = options_.lanes};
  plan.scores = question != Question::probabilities && options_.target == Target::score;
  plan.gradients = question >= Question::layer;
  plan.weight_gradients = false;
  switch (question) {
    case Question::probabilities:
    case Question::values: break;
    case Question::ablation: {
      const int64_t channels = graph().node(node).shape.back();
      gates_[node] = std::make_shared<std::vector<float>>(static_cast<size_t>(options_.batch * channels), 1.0f);
      plan.behind.emplace_back(node, std::make_shared<ChannelGate>(gates_[node]));
      break;
    }
    case Question::activations: plan.outputs = {node}; break;
    case Question::layer:
      plan.outputs = {node};
      plan.output_gradients = {node};
      break;
    case Question::guided_input:
      for (int n = 0; n < graph().size(); ++n)
        if (is_rectifier(*graph().node(n).layer)) plan.behind.emplace_back(n, std::make_shared<PositiveGradient>());
      [[fallthrough]];
    case Question::input: plan.input_gradient = true; break;
  }
  runner = std::make_unique<Runner>(model_, pool_, plan);
  return *runner;
}

double Network::value(const float* outputs, int class_index) const {
  if (model_.outputs() > 1) return outputs[class_index];
  if (class_index == 1) return outputs[0];
  return options_.target == Target::score ? -outputs[0] : 1 - outputs[0];
}

// Calls use(plan, first picture, pictures) for every batch.
template <class F>
void Network::run(Question question, int node, std::span<const float> pictures, std::span<const int> classes, F&& use) {
  const auto elements = static_cast<size_t>(picture_shape().elements());
  const size_t count = pictures.size() / elements, batch = static_cast<size_t>(options_.batch);
  Runner& network = runner(question, node);
  for (size_t first = 0; first < count; first += batch) {
    const size_t rows = std::min(batch, count - first);
    const ClassFeed feed(pictures.subspan(first * elements, rows * elements), static_cast<int64_t>(elements),
                         classes.empty() ? classes : classes.subspan(first, rows), model_.outputs());
    use(network.compute(static_cast<int64_t>(rows), {.feed = &feed}), first, rows);
  }
}

std::vector<float> Network::probabilities(std::span<const float> pictures) {
  std::vector<float> result;
  const auto classes = static_cast<size_t>(this->classes()), outputs = static_cast<size_t>(model_.outputs());
  run(Question::probabilities, 0, pictures, {}, [&](const Plan& plan, size_t first, size_t rows) {
    result.resize((first + rows) * classes);
    for (size_t i = 0; i < rows; ++i)
      model_.class_probabilities(plan.output.data() + i * outputs, result.data() + (first + i) * classes);
  });
  return result;
}

std::vector<double> Network::values(std::span<const float> pictures, std::span<const int> classes) {
  std::vector<double> result;
  const auto outputs = static_cast<size_t>(model_.outputs());
  run(Question::values, 0, pictures, classes, [&](const Plan& plan, size_t first, size_t rows) {
    for (size_t i = 0; i < rows; ++i) result.push_back(value(plan.output.data() + i * outputs, classes[first + i]));
  });
  return result;
}

Network::Ablation Network::ablation(int node, std::span<const float> picture, int class_index) {
  const int64_t channels = graph().node(node).shape.back();
  const auto outputs = static_cast<size_t>(model_.outputs());
  runner(Question::ablation, node);
  std::vector<float>& gates = *gates_.at(node);
  std::vector<float> copies;
  std::vector<double> values;  // with all channels, then without each
  for (int64_t first = 0; first <= channels; first += options_.batch) {
    const int64_t rows = std::min(options_.batch, channels + 1 - first);
    while (static_cast<int64_t>(copies.size() / picture.size()) < rows) copies.insert(copies.end(), picture.begin(), picture.end());
    std::fill(gates.begin(), gates.end(), 1.0f);
    for (int64_t i = 0; i < rows; ++i)
      if (first + i > 0) gates[static_cast<size_t>(i * channels + first + i - 1)] = 0;
    run(Question::ablation, node, std::span(copies).first(static_cast<size_t>(rows) * picture.size()), {},
        [&](const Plan& plan, size_t, size_t count) {
          for (size_t i = 0; i < count; ++i) values.push_back(value(plan.output.data() + i * outputs, class_index));
        });
  }
  return {values.front(), {values.begin() + 1, values.end()}};
}

std::vector<float> Network::activations(int node, std::span<const float> pictures) {
  std::vector<float> result;
  run(Question::activations, node, pictures, {}, [&](const Plan& plan, size_t, size_t) {
    result.insert(result.end(), plan.outputs[0].begin(), plan.outputs[0].end());
  });
  return result;
}

Network::LayerView Network::layer(int node, std::span<const float> pictures, std::span<const int> classes) {
  LayerView view;
  const auto outputs = static_cast<size_t>(model_.outputs());
  run(Question::layer, node, pictures, classes, [&](const Plan& plan, size_t first, size_t rows) {
    for (size_t i = 0; i < rows; ++i) view.values.push_back(value(plan.output.data() + i * outputs, classes[first + i]));
    view.activations.insert(view.activations.end(), plan.outputs[0].begin(), plan.outputs[0].end());
    view.gradients.insert(view.gradients.end(), plan.gradients[0].begin(), plan.gradients[0].end());
  });
  return view;
}

std::vector<float> Network::input_gradients(std::span<const float> pictures, std::span<const int> classes, bool guided) {
  std::vector<float> result;
  run(guided ? Question::guided_input : Question::input, 0, pictures, classes, [&](const Plan& plan, size_t, size_t) {
    result.insert(result.end(), plan.gradients[0].begin(), plan.gradients[0].end());
  });
  return result;
}

}  // namespace fovea::explain
