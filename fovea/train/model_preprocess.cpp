#include "fovea/train/model_preprocess.h"

namespace fovea {
namespace {

constexpr double kSmallScale = 0.01;  // a Rescaling of 1/255 or 1/127.5 expects 0 … 255

bool scales_its_input(const Model& model) {
  for (const Node& node : model.graph().nodes()) {
    if (node.inputs.empty() || node.inputs.front() != model.graph().input()) continue;
    const std::string type = node.layer->type();
    if (type == "Normalization") return true;
    if (type != "Rescaling") continue;
    const Json scale = node.layer->options().value("scale", Json(1.0));
    if (scale.is_number() && scale.get<double>() <= kSmallScale) return true;
  }
  return false;
}

}  // namespace

PreprocessChoice choose_preprocess(const Model& model, const std::string& wanted) {
  if (!wanted.empty()) return {parse_preprocess(wanted, "--preprocess"), "asked for"};
  if (!model.info.preprocessing.empty())
    return {parse_preprocess(model.info.preprocessing, model.name()), "recorded in the model"};
  if (scales_its_input(model)) return {Preprocess::none, "the model begins by scaling its input"};
  return {Preprocess::unit, "the model records none"};
}

}  // namespace fovea
