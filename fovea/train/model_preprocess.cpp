#include "fovea/train/model_preprocess.h"

#include <algorithm>
#include <set>

#include "fovea/base/fields.h"

namespace fovea {
namespace {

constexpr double kSmallScale = 0.01;  // a Rescaling of 1/255 or 1/127.5 expects 0 … 255

// The model's input, and the input layers of models that it goes into first.
bool is_input(const Graph& graph, int node) {
  while (node != graph.input()) {
    if (graph.node(node).layer->type() != "InputLayer") return false;
    node = graph.node(node).inputs.front();
  }
  return true;
}

bool scales_its_input(const Graph& graph) {
  for (const Node& node : graph.nodes()) {
    if (node.inputs.empty() || !is_input(graph, node.inputs.front())) continue;
    const std::string type = node.layer->type();
    if (type == "Normalization") return true;
    if (type != "Rescaling") continue;
    const Json scale = node.layer->options().value("scale", Json(1.0));
    if (scale.is_number() && scale.get<double>() <= kSmallScale) return true;
  }
  return false;
}

// Names of layers that tell a model by, whatever it stands in.
class Names {
 public:
  explicit Names(const Graph& graph) {
    for (int n = 0; n < graph.size(); ++n) names_.insert(graph.own_name(n));
  }
  bool have(std::initializer_list<const char*> names) const {
    return std::all_of(names.begin(), names.end(), [&](const char* name) { return names_.contains(name); });
  }

 private:
  std::set<std::string> names_;
};

// Keras's pretrained families by layers that only they have, and what their preprocess_input does.
struct Family {
  const char* name;
  std::initializer_list<const char*> layers;
  Preprocess preprocess;
};
const Family kFamilies[] = {
    {"VGG", {"block1_conv1", "block5_conv3", "block5_pool"}, Preprocess::caffe},
    {"DenseNet", {"conv2_block1_concat", "conv5_block1_concat"}, Preprocess::torch},
    {"DenseNet", {"conv2_block1_concat", "pool4_conv"}, Preprocess::torch},
    {"ResNetV2", {"conv2_block1_preact_bn", "post_bn"}, Preprocess::tf},
    {"ResNet", {"conv1_conv", "conv2_block1_out", "conv5_block3_out"}, Preprocess::caffe},
    {"ResNet50", {"res2a_branch2a", "res5c_branch2c"}, Preprocess::caffe},
    {"MobileNetV2", {"expanded_conv_depthwise", "block_1_expand", "Conv_1"}, Preprocess::tf},
    {"MobileNet", {"conv_dw_1", "conv_pw_13"}, Preprocess::tf},
    {"Xception", {"block1_conv1", "block14_sepconv2"}, Preprocess::tf},
    {"InceptionV3", {"mixed0", "mixed10"}, Preprocess::tf}};

bool is_of_teachable_machine(const Graph& graph) {
  const Names names(graph);
  return !graph.nested().empty() && names.have({"dense_Dense1", "dense_Dense2"});
}

}  // namespace

PreprocessChoice choose_preprocess(const Model& model, const std::string& wanted) {
  if (!wanted.empty()) return {parse_preprocess(wanted, "--preprocess"), "asked for"};
  if (!model.info.preprocessing.empty())
    return {parse_preprocess(model.info.preprocessing, model.name()), "recorded in the model"};
  const Graph& graph = model.graph();
  if (scales_its_input(graph)) return {Preprocess::none, "the model begins by scaling its input"};
  if (is_of_teachable_machine(graph)) return {Preprocess::tf, "Teachable Machine's"};
  if (const auto family = family_preprocess(model)) return *family;
  return {Preprocess::unit, "the model records none"};
}

std::optional<PreprocessChoice> family_preprocess(const Model& model) {
  const Names names(model.graph());
  for (const Family& family : kFamilies)
    if (names.have(family.layers)) return PreprocessChoice{family.preprocess, fmt::format("{}'s, told by its layers", family.name)};
  return std::nullopt;
}

Resizing usual_resizing(const Model& model) {
  if (is_of_teachable_machine(model.graph())) return {Resize::crop, PictureInterpolation::pillow_lanczos};
  return {};
}

std::shared_ptr<const Standardize> recorded_standardize(const Model& model) {
  if (model.info.standardize.is_null()) return nullptr;
  const std::string where = model.name() + ": standardize";
  if (model.input_shape().rank() != 3) throw file_error(where, "the model takes no pictures");
  StandardizeStatistics statistics;
  for (const auto& [name, numbers] : model.info.statistics) {
    std::vector<float>* const into = name == "mean"        ? &statistics.mean
                                     : name == "deviation" ? &statistics.deviation
                                     : name == "whitening" ? &statistics.whitening
                                                           : nullptr;
    if (into == nullptr || numbers->dtype() != DType::f32)
      throw file_error(where, "there is no such statistic (got {} {}, expected mean, deviation or whitening, float32)", name,
                       to_string(numbers->dtype()));
    into->assign(numbers->values<float>().begin(), numbers->values<float>().end());
  }
  try {
    const auto options = options_from_json<StandardizeOptions>(model.info.standardize, where);
    return std::make_shared<const Standardize>(options, model.input_shape(), std::move(statistics), where);
  } catch (const Error& error) {
    throw Error(ErrorKind::file, error.where(), error.message());
  }
}

void record_standardize(const Standardize& standardize, Model& model) {
  model.info.standardize = options_to_json(standardize.options());
  model.info.statistics.clear();
  const auto keep = [&](const char* name, const std::vector<float>& numbers, const Shape& shape) {
    if (!numbers.empty()) model.info.statistics.emplace_back(name, std::make_shared<const Array>(Array::of<float>(shape, numbers)));
  };
  const int64_t channels = model.input_shape().back(), count = model.input_shape().elements();
  keep("mean", standardize.statistics().mean, {channels});
  keep("deviation", standardize.statistics().deviation, {channels});
  keep("whitening", standardize.statistics().whitening, {count, count});
}

}  // namespace fovea
