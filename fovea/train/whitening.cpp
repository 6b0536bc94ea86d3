#include "fovea/train/whitening.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "fovea/base/fields.h"
#include "fovea/layers/conv2d.h"

namespace fovea {
namespace {

// The covariance of all patches of h x w pixels, numbers in the order of a kernel's (row, column, channel).
Eigen::MatrixXd covariance(const Examples& examples, int64_t h, int64_t w, int64_t most) {
  const Shape& shape = examples.shape();
  const int64_t channels = shape[2], numbers = h * w * channels, count = std::min(most, examples.size());
  Eigen::MatrixXd products = Eigen::MatrixXd::Zero(numbers, numbers);
  Eigen::VectorXd sums = Eigen::VectorXd::Zero(numbers);
  std::vector<float> picture(static_cast<size_t>(shape.elements()));
  const int64_t rows = shape[0] - h + 1, columns = shape[1] - w + 1;
  Eigen::MatrixXd patches(numbers, rows * columns);
  for (int64_t n = 0; n < count; ++n) {
    examples.picture(n * examples.size() / count, picture.data());
    for (int64_t y = 0; y < rows; ++y)
      for (int64_t x = 0; x < columns; ++x)
        for (int64_t i = 0; i < h; ++i)
          for (int64_t k = 0; k < w * channels; ++k)
            patches(i * w * channels + k, y * columns + x) = static_cast<double>(picture[static_cast<size_t>(((y + i) * shape[1] + x) * channels + k)]);
    products.noalias() += patches * patches.transpose();
    sums += patches.rowwise().sum();
  }
  const auto total = static_cast<double>(count * rows * columns);
  const Eigen::VectorXd mean = sums / total;
  return products / total - mean * mean.transpose();
}

}  // namespace

void whiten(Model& model, const std::string& layer, const Examples& examples, const std::string& where, const WhiteningOptions& options) {
  const Graph& graph = model.graph();
  const int node = graph.find(layer);
  const Layer& conv = *graph.node(node).layer;
  const Shape& seen = graph.node(node).input_shapes.empty() ? Shape{} : graph.node(node).input_shapes[0];
  if (conv.type() != "Conv2D" || !(seen == examples.shape()))
    throw usage_error(where, "\"{}\" is no Conv2D that sees the pictures (got {} on {}, expected Conv2D on {})", layer, conv.type(), to_string(seen),
                      to_string(examples.shape()));
  const std::vector<int>& parameters = model.parameters().of_node(node);
  Array kernel = model.parameters().get(parameters[0]);
  const Shape& shape = kernel.shape();  // (h, w, channels, filters)
  const int64_t numbers = shape[0] * shape[1] * shape[2], filters = shape[3];
  if (const Size2 dilation = options_from_json<Conv2DOptions>(conv.options(), where).dilation_rate;
      shape[0] > seen[0] || shape[1] > seen[1] || !(dilation == Size2(1)))
    throw usage_error(where,
                      "\"{}\" sees no patches that lie within a picture (got a kernel of {}x{}, dilated by {}, expected "
                      "at most {}x{}, dilated by 1x1)",
                      layer, shape[0], shape[1], to_string(dilation), seen[0], seen[1]);
  if (shape[2] != seen[2] || filters > 2 * numbers)
    throw usage_error(where, "\"{}\" has more filters than directions and their opposites (got {}, expected at most {})", layer, filters, 2 * numbers);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance(examples, shape[0], shape[1], options.pictures));
  for (int64_t f = 0; f < filters; ++f) {
    const int64_t direction = numbers - 1 - f % numbers;  // the solver's order is rising
    const double scale = (f < numbers ? 1 : -1) / std::sqrt(std::max(solver.eigenvalues()(direction), 0.0) + options.epsilon);
    // An eigenvector's sign is not determined: its largest number is made positive.
    Eigen::VectorXd vector = solver.eigenvectors().col(direction);
    Eigen::Index largest = 0;
    vector.cwiseAbs().maxCoeff(&largest);
    if (vector(largest) < 0) vector = -vector;
    for (int64_t i = 0; i < numbers; ++i) kernel.values<float>()[static_cast<size_t>(i * filters + f)] = static_cast<float>(vector(i) * scale);
  }
  model.parameters().set(parameters[0], kernel);
  if (parameters.size() > 1) model.parameters().set(parameters[1], Array(DType::f32, {filters}));
  graph.node(node).layer->set_trainable(false);
}

}  // namespace fovea
