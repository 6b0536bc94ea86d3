// What the tests of our own loops share: layouts to sweep, every instruction set in turn, gradients by differences.
#pragma once

#include <hwy/targets.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/kernels/buffers.h"

namespace fovea::kernels {

// Calls body() once for each instruction set that the loops are compiled for and this CPU has; kernels made within it
// are of that set. The best one is chosen again at the end.
template <class F>
void for_instruction_sets(F&& body) {
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    SCOPED_TRACE(hwy::TargetName(target));
    body();
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

// The layouts that maps of a size may have: nhwc, nChw8c, nChw16c, nchw.
inline std::vector<Layout> layouts_of(int64_t n, int64_t h, int64_t w, int64_t c) {
  return {Layout::plain(n, h, w, c), Layout::blocked(n, h, w, c, 8), Layout::blocked(n, h, w, c, 16),
          Layout::blocked(n, h, w, c, 1)};
}

struct Size {
  int64_t n, h, w, c;
};
// Few channels, blocks with and without padding, one cell, one row.
inline const std::vector<Size> kSizes = {{2, 5, 7, 1},  {1, 4, 4, 3},  {2, 6, 5, 5},  {3, 3, 3, 8}, {2, 7, 4, 10},
                                         {1, 5, 6, 17}, {2, 4, 9, 32}, {5, 1, 1, 24}, {3, 1, 1, 7}, {1, 1, 40, 16}};

// A map in a buffer between guards.
struct Map {
  Layout layout;
  GuardedBuffer buffer;

  explicit Map(const Layout& l) : layout(l), buffer(l.bytes()) {}
  Map(const Layout& l, const std::vector<double>& nhwc) : Map(l) { write_map(nhwc, layout, buffer.data()); }
  std::vector<double> read() { return read_map(layout, buffer.data()); }
};

// Floats that are no map: statistics, features.
inline GuardedBuffer floats_buffer(const std::vector<double>& values) {
  GuardedBuffer buffer(values.size() * sizeof(float));
  std::copy(values.begin(), values.end(), buffer.data());
  return buffer;
}
inline std::vector<double> values_of(GuardedBuffer& buffer) { return {buffer.data(), buffer.data() + buffer.count()}; }

// Runs a kernel once, its scratch full of NaN; `buffers` are its arguments before scratch.
inline void run_loop(const KernelPtr& kernel, const std::vector<GuardedBuffer*>& buffers,
                     const RunContext& context = {}, int64_t first_row = 0) {
  GuardedBuffer scratch(kernel->scratch_bytes());
  std::vector<void*> pointers;
  for (GuardedBuffer* buffer : buffers) pointers.push_back(buffer != nullptr ? buffer->data() : nullptr);
  pointers.push_back(kernel->scratch_bytes() > 0 ? scratch.data() : nullptr);
  kernel->bind(pointers, first_row)->run(context);
  for (GuardedBuffer* buffer : buffers)
    EXPECT_TRUE(buffer == nullptr || buffer->guards_intact()) << kernel->implementation();
  EXPECT_TRUE(scratch.guards_intact()) << kernel->implementation();
}

inline bool same_bits(GuardedBuffer& a, GuardedBuffer& b) {
  return a.count() == b.count() && std::memcmp(a.data(), b.data(), a.count() * sizeof(float)) == 0;
}

// Σ weights · f(x), differentiated by central differences.
template <class F>
std::vector<double> numeric_gradient(F&& f, std::vector<double> x, const std::vector<double>& weights,
                                     double step = 1e-6) {
  const auto value = [&] {
    const std::vector<double> y = f(x);
    double sum = 0;
    for (size_t i = 0; i < y.size(); ++i) sum += y[i] * weights[i];
    return sum;
  };
  std::vector<double> gradient(x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    const double at = x[i];
    x[i] = at + step;
    const double above = value();
    x[i] = at - step;
    gradient[i] = (above - value()) / (2 * step);
    x[i] = at;
  }
  return gradient;
}

inline void expect_close(const std::vector<double>& got, const std::vector<double>& expected, double tolerance,
                         const std::string& what) {
  ASSERT_EQ(got.size(), expected.size()) << what;
  for (size_t i = 0; i < got.size(); ++i)
    ASSERT_NEAR(got[i], expected[i], tolerance * std::max(1.0, std::abs(expected[i]))) << what << ", element " << i;
}

}  // namespace fovea::kernels
