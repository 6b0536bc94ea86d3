#include "fovea/base/denormals.h"

#include <gtest/gtest.h>

#include <limits>

namespace fovea {
namespace {

TEST(FlushDenormals, TakesThemForZeroWhileItLives) {
  volatile float least = std::numeric_limits<float>::min();
  const auto half = [&] {
    volatile float result = least * 0.5f;
    return result > 0;
  };
  EXPECT_TRUE(half());
  {
    const FlushDenormals flush;
    EXPECT_FALSE(half());
  }
  EXPECT_TRUE(half());
}

}  // namespace
}  // namespace fovea
