#include "fovea/ensemble/averaged_model.h"

#include "fovea/base/error.h"

namespace fovea::ensemble {

Model averaged_model(const std::vector<const Model*>& models, const std::vector<double>& given, const std::vector<std::string>& names) {
  const Model& first = *models.at(0);
  const std::vector<double> weights = given.empty() ? std::vector<double>(models.size(), 1 / static_cast<double>(models.size())) : given;
  Model mean(first.graph(), Unset{});
  for (int p = 0; p < first.parameters().size(); ++p) {
    const Parameter& parameter = first.parameters()[p];
    std::vector<double> sums(static_cast<size_t>(parameter.spec.shape.elements()));
    for (size_t m = 0; m < models.size(); ++m) {
      const Parameters& others = models[m]->parameters();
      const int at = others.find(parameter.path);
      if (at < 0 || !(others[at].spec.shape == parameter.spec.shape) || others.size() != first.parameters().size())
        throw usage_error(names[m], "has other weights than {}: only models of one architecture have a mean (got {})", names[0],
                          at < 0 ? "no " + parameter.path : to_string(others[at].spec.shape) + " for " + parameter.path);
      const Array values = others.get(at);
      const auto numbers = values.values<float>();
      for (size_t i = 0; i < sums.size(); ++i) sums[i] += weights[m] * static_cast<double>(numbers[i]);
    }
    Array values(DType::f32, parameter.spec.shape);
    std::copy(sums.begin(), sums.end(), values.values<float>().begin());
    mean.parameters().set(p, values);
  }
  mean.info = first.info;
  mean.info.provenance = Json::object();
  return mean;
}

}  // namespace fovea::ensemble
