#include "fovea/tune/gaussian_process.h"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <numbers>

namespace fovea::tune {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

// Logarithms of the lengths, then of the noise's variance.
using Logs = std::vector<double>;

constexpr double kFirstLength = -1.0, kFirstNoise = -7.0;   // e^-1 of the cube's side, 1e-3
constexpr double kLeastNoise = -14.0, kMostNoise = 0.0;
constexpr double kLeastLength = -4.0, kMostLength = 2.5;
constexpr double kFirstStep = 1.0, kLastStep = 0.1;
constexpr double kFlat = 1e-12;

double matern(double distance) {
  const double r = std::sqrt(5.0) * distance;
  return (1 + r + r * r / 3) * std::exp(-r);
}

double kernel(const GaussianProcess::Place& a, const GaussianProcess::Place& b, const Logs& logs) {
  double square = 0;
  for (size_t d = 0; d < a.size(); ++d) {
    const double apart = (a[d] - b[d]) * std::exp(-logs[d]);
    square += apart * apart;
  }
  return matern(std::sqrt(square));
}

}  // namespace

struct GaussianProcess::Fit {
  std::vector<Place> places;
  VectorXd values;  // mean 0, deviation 1
  double mean = 0, deviation = 1;
  Logs logs;
  Eigen::LLT<MatrixXd> factor;
  VectorXd weights;

  // How likely the values are, up to a constant, with a weak opinion about lengths and noise.
  double likelihood(const Logs& tried) {
    const auto n = static_cast<Eigen::Index>(places.size());
    MatrixXd covariance(n, n);
    for (Eigen::Index i = 0; i < n; ++i)
      for (Eigen::Index j = 0; j <= i; ++j)
        covariance(i, j) = covariance(j, i) = kernel(places[static_cast<size_t>(i)], places[static_cast<size_t>(j)], tried);
    covariance.diagonal().array() += std::exp(tried.back()) + 1e-9;
    factor.compute(covariance);
    if (factor.info() != Eigen::Success) return -INFINITY;
    weights = factor.solve(values);
    double sum = -0.5 * values.dot(weights);
    for (Eigen::Index i = 0; i < n; ++i) sum -= std::log(factor.matrixL()(i, i));
    for (size_t d = 0; d + 1 < tried.size(); ++d) sum -= 0.5 * std::pow((tried[d] - kFirstLength) / 1.5, 2);
    return sum - 0.5 * std::pow((tried.back() - kFirstNoise) / 3, 2);
  }

  // Coordinate by coordinate, with steps that are halved.
  void find() {
    logs.assign(places[0].size() + 1, kFirstLength);
    logs.back() = kFirstNoise;
    double best = likelihood(logs);
    for (double step = kFirstStep; step >= kLastStep;) {
      bool better = false;
      for (size_t d = 0; d < logs.size(); ++d)
        for (const double way : {-step, step}) {
          Logs tried = logs;
          const bool noise = d + 1 == logs.size();
          tried[d] = std::clamp(tried[d] + way, noise ? kLeastNoise : kLeastLength, noise ? kMostNoise : kMostLength);
          if (const double found = likelihood(tried); found > best + 1e-6) {
            best = found;
            logs = tried;
            better = true;
          }
        }
      if (!better) step /= 2;
    }
    likelihood(logs);
  }
};

GaussianProcess::GaussianProcess(const std::vector<Place>& places, const std::vector<double>& values) : fit_(std::make_unique<Fit>()) {
  Fit& fit = *fit_;
  fit.places = places;
  fit.values = VectorXd::Map(values.data(), static_cast<Eigen::Index>(values.size()));
  fit.mean = fit.values.mean();
  fit.values.array() -= fit.mean;
  const double deviation = std::sqrt(fit.values.squaredNorm() / static_cast<double>(values.size()));
  fit.deviation = deviation > kFlat ? deviation : 1;
  fit.values /= fit.deviation;
  fit.find();
}

GaussianProcess::~GaussianProcess() = default;

GaussianProcess::Guess GaussianProcess::at(const Place& place) const {
  const Fit& fit = *fit_;
  VectorXd near(static_cast<Eigen::Index>(fit.places.size()));
  for (size_t i = 0; i < fit.places.size(); ++i) near(static_cast<Eigen::Index>(i)) = kernel(place, fit.places[i], fit.logs);
  const double mean = near.dot(fit.weights);
  fit.factor.matrixL().solveInPlace(near);
  const double variance = std::max(1 - near.squaredNorm(), 0.0);
  return {fit.mean + fit.deviation * mean, fit.deviation * std::sqrt(variance)};
}

double GaussianProcess::expected_improvement(const Place& place, double best) const {
  const Guess guess = at(place);
  if (guess.deviation < kFlat * fit_->deviation) return std::max(guess.mean - best, 0.0);
  const double z = (guess.mean - best) / guess.deviation;
  const double density = std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi);
  const double share = 0.5 * std::erfc(-z / std::numbers::sqrt2);
  return guess.deviation * (z * share + density);
}

}  // namespace fovea::tune
