#include "fovea/explain/methods.h"

#include "fovea/base/error.h"
#include "fovea/base/names.h"

namespace fovea::explain {

const std::vector<Method>& methods() {
  using enum Family;
  static const std::vector<Method> all = {
      {"grad-cam", "Grad-CAM", "Selvaraju et al. 2017", cam, true, false, grad_cam},
      {"grad-cam++", "Grad-CAM++", "Chattopadhay et al. 2018", cam, true, false, grad_cam_plus_plus},
      {"layer-cam", "LayerCAM", "Jiang et al. 2021", cam, true, false, layer_cam},
      {"hires-cam", "HiResCAM", "Draelos and Carin 2020", cam, true, false, hires_cam},
      {"xgrad-cam", "XGrad-CAM", "Fu et al. 2020", cam, true, false, xgrad_cam},
      {"eigen-cam", "Eigen-CAM", "Muhammad and Yeasin 2020", cam, false, false, eigen_cam},
      {"score-cam", "Score-CAM", "Wang et al. 2020", cam, false, true, score_cam},
      {"ablation-cam", "Ablation-CAM", "Desai and Ramaswamy 2020", cam, false, true, ablation_cam},
      {"saliency", "Saliency", "Simonyan et al. 2014", attribution, false, false, saliency},
      {"gradient-x-input", "Gradient x input", "Shrikumar et al. 2016", attribution, false, false, gradient_x_input},
      {"smoothgrad", "SmoothGrad", "Smilkov et al. 2017", attribution, false, true, smooth_grad},
      {"integrated-gradients", "Integrated gradients", "Sundararajan et al. 2017", attribution, false, true, integrated_gradients},
      {"guided-backprop", "Guided backprop", "Springenberg et al. 2015", attribution, false, false, guided_backpropagation},
      {"occlusion", "Occlusion", "Zeiler and Fergus 2014", attribution, false, true, occlusion},
  };
  return all;
}

std::vector<std::string> method_names() {
  std::vector<std::string> names;
  for (const Method& method : methods()) names.push_back(method.name);
  return names;
}

const Method& method_of(const std::string& name, const std::string& where) {
  for (const Method& method : methods())
    if (method.name == name) return method;
  const std::vector<std::string> known = method_names();
  throw usage_error(where, "there is no such method (got \"{}\", expected {}){}", name, fmt::join(known, ", "), did_you_mean(name, known));
}

}  // namespace fovea::explain
