// Class activation maps: a layer's maps added up, each by how much it speaks for the class. They differ in the weights.
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "fovea/explain/methods.h"

namespace fovea::explain {
namespace {

// Calls f(cell, channel, activation, gradient) for every number of the layer's output.
template <class F>
void for_numbers(const Subject& s, F&& f) {
  for (size_t i = 0; i < s.activations.size(); ++i) {
    const size_t channels = static_cast<size_t>(s.channels);
    f(i / channels, i % channels, static_cast<double>(s.activations[i]),
      s.gradients.empty() ? 0.0 : static_cast<double>(s.gradients[i]));
  }
}

std::vector<double> sums(const Subject& s, double (*term)(double activation, double gradient)) {
  std::vector<double> result(static_cast<size_t>(s.channels));
  for_numbers(s, [&](size_t, size_t channel, double a, double g) { result[channel] += term(a, g); });
  return result;
}

Map map_of(const Subject& s, const std::vector<double>& cells) {
  Map map(s.height, s.width);
  std::transform(cells.begin(), cells.end(), map.values.begin(), [](double x) { return static_cast<float>(x); });
  return map;
}

// Σ over channels of term(activation, gradient), cell by cell.
template <class Term>
Map summed(const Subject& s, Term&& term) {
  std::vector<double> cells(static_cast<size_t>(s.height * s.width));
  for_numbers(s, [&](size_t cell, size_t channel, double a, double g) { cells[cell] += term(channel, a, g); });
  return map_of(s, cells);
}

Map weighted(const Subject& s, const std::vector<double>& weights) {
  return summed(s, [&](size_t channel, double a, double) { return weights[channel] * a; });
}

// A channel as a map of the picture's size, between 0 and 1.
Map mask_of(const Subject& s, int64_t channel, int64_t height, int64_t width) {
  Map map(s.height, s.width);
  for (size_t i = 0; i < map.values.size(); ++i) map.values[i] = s.activations[i * static_cast<size_t>(s.channels) + static_cast<size_t>(channel)];
  map = resized(map, height, width);
  const auto [least, most] = std::minmax_element(map.values.begin(), map.values.end());
  const float low = *least, range = *most - *least + 1e-8f;
  for (float& x : map.values) x = (x - low) / range;
  return map;
}

}  // namespace

// A map's weight is the mean of its gradient.
Map grad_cam(const Subject& s) {
  std::vector<double> weights = sums(s, [](double, double g) { return g; });
  for (double& w : weights) w /= static_cast<double>(s.height * s.width);
  return weighted(s, weights);
}

// Positive gradients, weighted so that every place that speaks for the class counts alike.
Map grad_cam_plus_plus(const Subject& s) {
  const std::vector<double> activity = sums(s, [](double a, double) { return a; });
  std::vector<double> weights(static_cast<size_t>(s.channels));
  for_numbers(s, [&](size_t, size_t channel, double, double g) {
    if (g > 0) weights[channel] += g * (g * g / (2 * g * g + activity[channel] * g * g * g + 1e-6));
  });
  return weighted(s, weights);
}

// Each number by its own positive gradient: sharp also in early layers.
Map layer_cam(const Subject& s) {
  return summed(s, [](size_t, double a, double g) { return std::max(g, 0.0) * a; });
}

Map hires_cam(const Subject& s) {
  return summed(s, [](size_t, double a, double g) { return g * a; });
}

// A map's weight is the mean of its gradient, weighted by the map.
Map xgrad_cam(const Subject& s) {
  std::vector<double> weights = sums(s, [](double a, double g) { return a * g; });
  const std::vector<double> activity = sums(s, [](double a, double) { return a; });
  for (size_t c = 0; c < weights.size(); ++c) weights[c] /= activity[c] + 1e-7;
  return weighted(s, weights);
}

// What most of the maps' variation has in common, whatever the class: cells projected on the first principal direction of
// the channels. Its sign is that of the larger end.
Map eigen_cam(const Subject& s) {
  const int64_t cells = s.height * s.width;
  Eigen::MatrixXd a(cells, s.channels);
  for_numbers(s, [&](size_t cell, size_t channel, double x, double) { a(static_cast<Eigen::Index>(cell), static_cast<Eigen::Index>(channel)) = x; });
  a.rowwise() -= a.colwise().mean().eval();
  // The same direction from the smaller of the two products.
  Eigen::VectorXd projection;
  if (cells <= s.channels) {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(a * a.transpose());
    projection = solver.eigenvectors().rightCols(1) * std::sqrt(std::max(solver.eigenvalues().tail(1)(0), 0.0));
  } else {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(a.transpose() * a);
    projection = a * solver.eigenvectors().rightCols(1);
  }
  if (std::abs(projection.minCoeff()) > std::abs(projection.maxCoeff())) projection = -projection;
  return map_of(s, {projection.begin(), projection.end()});
}

// A map's weight is what the model says of the picture seen through it, as a share (softmax).
Map score_cam(const Subject& s) {
  const Shape& shape = s.network.picture_shape();
  const int64_t batch = s.network.batch();
  std::vector<double> weights;
  for (int64_t first = 0; first < s.channels; first += batch) {
    const int64_t count = std::min(batch, s.channels - first);
    std::vector<float> masked;
    for (int64_t k = first; k < first + count; ++k) {
      const Map mask = mask_of(s, k, shape[0], shape[1]);
      for (size_t i = 0; i < s.picture.size(); ++i) masked.push_back(s.picture[i] * mask.values[i / static_cast<size_t>(shape[2])]);
    }
    const std::vector<double> values = s.network.values(masked, std::vector<int>(static_cast<size_t>(count), s.class_index));
    weights.insert(weights.end(), values.begin(), values.end());
  }
  const double largest = *std::max_element(weights.begin(), weights.end());
  double sum = 0;
  for (double& w : weights) sum += w = std::exp(w - largest);
  for (double& w : weights) w /= sum;
  return weighted(s, weights);
}

// A map's weight is how much the target falls without it.
Map ablation_cam(const Subject& s) {
  auto [whole, weights] = s.network.ablation(s.node, s.picture, s.class_index);
  for (double& w : weights) w = (whole - w) / (whole == 0 ? 1e-7 : whole);
  return weighted(s, weights);
}

}  // namespace fovea::explain
