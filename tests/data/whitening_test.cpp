#include "fovea/data/whitening.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "fovea/base/random.h"

namespace fovea {
namespace {

// The second row is the first once more: in exact numbers the whitened rows' products are n times the projection on what
// the rows span, I - (e0 - e1)(e0 - e1)ᵀ / 2.
TEST(ZcaMatrix, WhitensFewRowsOfWhichTwoAreTheSame) {
  constexpr size_t kRows = 12, kNumbers = 40;
  std::vector<float> rows(kRows * kNumbers);
  RandomStream random(1, purpose::kSample);
  for (float& number : rows) number = static_cast<float>(random.normal());
  std::copy_n(rows.begin(), kNumbers, rows.begin() + kNumbers);
  const std::vector<float> matrix = zca_matrix(rows, kRows, 1e-6);
  std::vector<double> whitened(rows.size());
  for (size_t r = 0; r < kRows; ++r)
    for (size_t i = 0; i < kNumbers; ++i)
      for (size_t k = 0; k < kNumbers; ++k)
        whitened[r * kNumbers + i] += static_cast<double>(matrix[i * kNumbers + k]) * static_cast<double>(rows[r * kNumbers + k]);
  for (size_t a = 0; a < kRows; ++a)
    for (size_t b = 0; b < kRows; ++b) {
      double product = 0;
      for (size_t i = 0; i < kNumbers; ++i) product += whitened[a * kNumbers + i] * whitened[b * kNumbers + i];
      const double expected = a < 2 && b < 2 ? 0.5 : a == b ? 1 : 0;
      EXPECT_NEAR(product / kRows, expected, 1e-4) << a << " " << b;
    }
}

}  // namespace
}  // namespace fovea
