// Buffers for kernel tests: between guard zones, at the start full of NaN, compared number by number.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "fovea/base/random.h"
#include "fovea/kernels/kernel.h"
#include "fovea/kernels/weights_layout.h"
#include "fovea/tensor/buffer.h"
#include "fovea/tensor/layout.h"

namespace fovea::kernels {

class GuardedBuffer {
 public:
  explicit GuardedBuffer(size_t bytes) : bytes_(bytes), buffer_(bytes + 2 * kGuard) {
    std::memset(buffer_.data(), kPattern, buffer_.bytes());
    fill(std::numeric_limits<float>::quiet_NaN());
  }
  float* data() { return reinterpret_cast<float*>(bytes() + kGuard); }
  size_t count() const { return bytes_ / sizeof(float); }
  void fill(float value) { std::fill_n(data(), count(), value); }
  bool guards_intact() {
    for (size_t i = 0; i < kGuard; ++i)
      if (bytes()[i] != std::byte{kPattern} || bytes()[kGuard + bytes_ + i] != std::byte{kPattern}) return false;
    return true;
  }

 private:
  static constexpr size_t kGuard = 256;
  static constexpr unsigned char kPattern = 0xA5;
  std::byte* bytes() { return static_cast<std::byte*>(buffer_.data()); }

  size_t bytes_;
  Buffer buffer_;
};

// Numbers in [-1, 1), a function of the seed alone.
inline std::vector<double> random_numbers(int64_t count, uint64_t seed) {
  RandomStream random(seed, purpose::kSample);
  std::vector<double> numbers(static_cast<size_t>(count));
  for (double& number : numbers) number = 2.0 * random.unit() - 1.0;
  return numbers;
}

// nhwc numbers into a layout, padding as zero.
inline void write_map(const std::vector<double>& nhwc, const Layout& layout, float* map) {
  std::fill_n(map, layout.elements(), 0.0f);
  size_t at = 0;
  for (int64_t n = 0; n < layout.n; ++n)
    for (int64_t h = 0; h < layout.h; ++h)
      for (int64_t w = 0; w < layout.w; ++w)
        for (int64_t c = 0; c < layout.c; ++c) map[layout.offset(n, h, w, c)] = static_cast<float>(nhwc[at++]);
}

// A map's numbers in nhwc; the padding has to be zero.
inline std::vector<double> read_map(const Layout& layout, const float* map) {
  std::vector<double> nhwc;
  std::vector<bool> seen(static_cast<size_t>(layout.elements()));
  for (int64_t n = 0; n < layout.n; ++n)
    for (int64_t h = 0; h < layout.h; ++h)
      for (int64_t w = 0; w < layout.w; ++w)
        for (int64_t c = 0; c < layout.c; ++c) {
          seen[static_cast<size_t>(layout.offset(n, h, w, c))] = true;
          nhwc.push_back(map[layout.offset(n, h, w, c)]);
        }
  for (size_t i = 0; i < seen.size(); ++i) EXPECT_TRUE(seen[i] || map[i] == 0.0f) << "padding at " << i;
  return nhwc;
}

inline std::vector<double> all_of(GuardedBuffer& buffer) { return {buffer.data(), buffer.data() + buffer.count()}; }

inline std::vector<float> floats(const std::vector<double>& numbers) { return {numbers.begin(), numbers.end()}; }

inline GuardedBuffer map_buffer(const std::vector<double>& numbers, const Layout& layout) {
  GuardedBuffer buffer(layout.bytes());
  write_map(numbers, layout, buffer.data());
  return buffer;
}
inline GuardedBuffer weights_buffer(const std::vector<double>& numbers, const WeightsLayout& layout) {
  GuardedBuffer buffer(layout.bytes());
  layout.pack(floats(numbers).data(), buffer.data());
  return buffer;
}
inline GuardedBuffer plain_buffer(const std::vector<double>& numbers) {
  GuardedBuffer buffer(numbers.size() * sizeof(float));
  std::copy(numbers.begin(), numbers.end(), buffer.data());
  return buffer;
}
// The weights' numbers in Keras's order; packing them again has to give the same bytes, so padding is zero.
inline std::vector<double> read_weights(const WeightsLayout& layout, GuardedBuffer& buffer) {
  std::vector<float> keras(static_cast<size_t>(layout.shape().elements()));
  layout.unpack(buffer.data(), keras.data());
  GuardedBuffer again(layout.bytes());
  layout.pack(keras.data(), again.data());
  EXPECT_EQ(std::memcmp(again.data(), buffer.data(), layout.bytes()), 0) << "padding of " << layout.name();
  return {keras.begin(), keras.end()};
}

// How often a direct sum's rounding a kernel may have: Winograd's transforms enlarge theirs, those of 8x8 inputs more.
inline double rounding_of(const std::string& implementation) {
  if (implementation.starts_with("winograd8x8")) return 6;
  return implementation.starts_with("winograd") ? 2 : 1;
}

// `terms` is the number of products in each sum: rounding grows with it, at most linearly.
inline void expect_near(const std::vector<double>& got, const std::vector<double>& expected, int64_t terms,
                        const std::string& what, double rounding = 1) {
  ASSERT_EQ(got.size(), expected.size()) << what;
  const double tolerance = rounding * (1e-6 + 1.2e-7 * static_cast<double>(terms));
  double worst = 0;
  size_t at = 0;
  for (size_t i = 0; i < got.size(); ++i) {
    const double error = std::isfinite(got[i]) ? std::abs(got[i] - expected[i]) : INFINITY;
    if (error > worst) worst = error, at = i;
  }
  EXPECT_LE(worst, tolerance) << what << ": element " << at << " is " << got[at] << ", not " << expected[at];
}

// Binds and runs a kernel: `buffers` are its arguments before scratch, null for one that is not there. What it writes
// is full of NaN when it runs (binding may have cleared padding).
inline void run_kernel(const Kernel& kernel, const std::vector<GuardedBuffer*>& buffers,
                       const std::vector<GuardedBuffer*>& written) {
  GuardedBuffer scratch(kernel.scratch_bytes());
  std::vector<void*> pointers;
  for (GuardedBuffer* buffer : buffers) pointers.push_back(buffer ? buffer->data() : nullptr);
  pointers.push_back(kernel.scratch_bytes() > 0 ? scratch.data() : nullptr);
  const std::unique_ptr<Call> call = kernel.bind(pointers, 0);
  for (int round = 0; round < 2; ++round) {
    for (GuardedBuffer* buffer : written) buffer->fill(std::numeric_limits<float>::quiet_NaN());
    scratch.fill(std::numeric_limits<float>::quiet_NaN());
    call->run({});
  }
  for (GuardedBuffer* buffer : buffers)
    EXPECT_TRUE(buffer == nullptr || buffer->guards_intact()) << kernel.implementation();
  EXPECT_TRUE(scratch.guards_intact()) << kernel.implementation();
}

}  // namespace fovea::kernels
