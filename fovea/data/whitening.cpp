// U and S come from the eigenvectors of the smaller of the two products of the rows with themselves, in double: a whole
// decomposition of 50,000 pictures would need their square.
#include "fovea/data/whitening.h"

#include <Eigen/Dense>
#include <cmath>
#include <limits>

#include "fovea/base/error.h"

namespace fovea {

std::vector<float> zca_matrix(std::span<const float> rows, int64_t n, double epsilon) {
  using Matrix = Eigen::MatrixXd;
  const auto count = static_cast<int64_t>(rows.size()) / n;
  using Rows = Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;
  const Matrix x = Rows(rows.data(), n, count).cast<double>();
  const bool few = n < count;
  Matrix square = Matrix::Zero(few ? n : count, few ? n : count);
  if (few)
    square.selfadjointView<Eigen::Lower>().rankUpdate(x);
  else
    square.selfadjointView<Eigen::Lower>().rankUpdate(x.transpose());
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(square);
  if (solver.info() != Eigen::Success) throw failed_error("zca_whitening", "the pictures have no whitening");
  const Eigen::VectorXd s = solver.eigenvalues().cwiseMax(0).cwiseSqrt();
  Matrix u = solver.eigenvectors();
  if (few) {
    u = x.transpose() * u;
    // Where nothing but rounding is left (rows that are others' sums, or the same twice) there is no direction.
    const double rounding = s.maxCoeff() * std::sqrt(static_cast<double>(count) * std::numeric_limits<double>::epsilon());
    for (int64_t i = 0; i < u.cols(); ++i)
      if (s(i) > rounding)
        u.col(i).normalize();
      else
        u.col(i).setZero();
  }
  const Eigen::VectorXd factors = (std::sqrt(static_cast<double>(n)) / (s.array() + epsilon)).matrix();
  const Eigen::MatrixXf w = (u * factors.asDiagonal() * u.transpose()).cast<float>();
  return {w.data(), w.data() + w.size()};
}

}  // namespace fovea
