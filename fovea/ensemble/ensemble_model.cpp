#include "fovea/ensemble/ensemble_model.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "fovea/base/error.h"
#include "fovea/layers/activation.h"
#include "fovea/layers/add.h"
#include "fovea/layers/rescaling.h"

namespace fovea::ensemble {
namespace {

constexpr const char* kWhere = "ensemble";

// Pictures of 0 … 255 as a preprocessing of scales and offsets makes them.
RescalingOptions rescaling_of(const std::string& preprocessing, const std::string& member) {
  if (preprocessing == "none") return {};
  if (preprocessing == "unit") return {.scale = 1 / 255.0f};
  if (preprocessing == "tf") return {.scale = 1 / 127.5f, .offset = -1.0f};
  if (preprocessing == "torch")
    return {.scale = {1 / (255 * 0.229f), 1 / (255 * 0.224f), 1 / (255 * 0.225f)}, .offset = {-0.485f / 0.229f, -0.456f / 0.224f, -0.406f / 0.225f}};
  throw usage_error(kWhere, "members are prepared in different ways, and {}'s cannot be a layer (got {}, expected none, unit, tf or torch)", member,
                    preprocessing);
}

void check_alike(const std::vector<Member>& members) {
  if (members.empty()) throw usage_error(kWhere, "has no members");
  const Model& first = *members[0].model;
  for (const Member& member : members) {
    const Model& model = *member.model;
    if (!(model.input_shape() == first.input_shape()))
      throw usage_error(kWhere, "members must take pictures of one size (got {} of {} and {} of {})", to_string(first.input_shape()), members[0].name,
                        to_string(model.input_shape()), member.name);
    if (model.outputs() != first.outputs() || model.info.class_names != first.info.class_names)
      throw usage_error(kWhere, "members must tell the same classes apart (got others in {} than in {})", member.name, members[0].name);
    if (model.info.standardize != first.info.standardize || model.info.resize != first.info.resize || model.info.interpolation != first.info.interpolation)
      throw usage_error(kWhere, "members must have their pictures resized and standardized alike (got another way in {} than in {})", member.name,
                        members[0].name);
  }
}

bool prepared_alike(const std::vector<Member>& members) {
  return std::all_of(members.begin(), members.end(), [&](const Member& member) {
    return member.model->info.preprocessing == members[0].model->info.preprocessing;
  });
}

// The graph up to what its last softmax is given; all parameters keep their paths.
Graph without_softmax(const Graph& graph, const std::string& member) {
  const Node& last = graph.node(graph.output());
  const bool own = last.layer->activation() == ActivationKind::softmax;
  if ((!own && last.layer->is_activation() != ActivationKind::softmax) || last.inputs.size() != 1 || last.nested >= 0)
    throw usage_error(kWhere, "{} does not end in softmax: it has no temperature, and no place in a geometric mean", member);
  std::vector<int> outputs = last.inputs;
  Graph scores = graph.leading_to(outputs);
  scores.set_name(graph.name());
  scores.set_sequential(graph.sequential());
  if (own) outputs = {scores.add(last.layer->without_activation()->clone(), outputs)};
  scores.set_output(outputs.front());
  return scores;
}

std::string unique_name(std::string name, std::set<std::string>& taken) {
  std::replace(name.begin(), name.end(), '/', '-');
  std::string unique = name;
  for (int k = 1; !taken.insert(unique).second; ++k) unique = name + "_" + std::to_string(k);
  return unique;
}

}  // namespace

Model ensemble_model(const std::vector<Member>& all, const EnsembleOptions& options) {
  check_alike(all);
  if (options.combination == Combination::majority)
    throw usage_error(kWhere, "a majority is no model: votes have no probabilities (expected mean or geometric)");
  const bool geometric = options.combination == Combination::geometric;
  if (!geometric && options.temperature != 1)
    throw usage_error(kWhere, "a mean with a temperature of its own is no model (expected temperatures of the members, or geometric)");
  std::vector<Member> members;
  std::copy_if(all.begin(), all.end(), std::back_inserter(members), [](const Member& member) { return member.weight > 0; });
  const double total = std::accumulate(members.begin(), members.end(), 0.0, [](double sum, const Member& member) { return sum + member.weight; });
  const bool alike = prepared_alike(members);

  Graph graph(options.name);
  const int input = graph.add(std::make_shared<InputLayer>(InputLayerOptions{.shape = members[0].model->input_shape()}), {});
  std::set<std::string> taken;
  std::vector<std::string> names;
  std::vector<int> outputs;
  for (const Member& member : members) {
    const Model& model = *member.model;
    names.push_back(unique_name(member.name.empty() ? model.name() : member.name, taken));
    int at = input;
    if (!alike)
      at = graph.add(std::make_shared<Rescaling>(rescaling_of(model.info.preprocessing, member.name)), {at});
    const bool scores = geometric || member.temperature != 1;
    const Graph part = scores ? without_softmax(model.graph(), member.name) : model.graph();
    at = graph.add_nested(part, names.back(), at)[part.output_place()];
    double scale = (geometric ? member.weight / total / options.temperature : 1) / member.temperature;
    if (scores && scale != 1) at = graph.add(std::make_shared<Rescaling>(RescalingOptions{.scale = static_cast<float>(scale)}), {at});
    if (!geometric) {
      if (scores) at = graph.add(std::make_shared<Activation>(ActivationOptions{.activation = ActivationKind::softmax}), {at});
      scale = member.weight / total;
      if (scale != 1) at = graph.add(std::make_shared<Rescaling>(RescalingOptions{.scale = static_cast<float>(scale)}), {at});
    }
    outputs.push_back(at);
  }
  if (outputs.size() > 1) graph.add(std::make_shared<Add>(), outputs);
  if (geometric) graph.add(std::make_shared<Activation>(ActivationOptions{.activation = ActivationKind::softmax}), {graph.size() - 1});
  Model result(std::move(graph), Unset{});
  for (size_t m = 0; m < members.size(); ++m)
    for (int p = 0; p < members[m].model->parameters().size(); ++p) {
      const int at = result.parameters().find(names[m] + "/" + members[m].model->parameters()[p].path);
      result.parameters().set(at, members[m].model->parameters().get(p));
    }
  result.info = members[0].model->info;
  if (!alike) result.info.preprocessing = "none";
  result.info.provenance = Json::object();
  return result;
}

}  // namespace fovea::ensemble
