#include "fovea/kernels/weights_layout.h"

#include <gtest/gtest.h>

#include <bit>
#include <thread>

#include "fovea/kernels/conv.h"
#include "fovea/kernels/dense.h"
#include "tests/harness/problems.h"
#include "tests/kernels/buffers.h"

namespace fovea::kernels {
namespace {

// Ordinary numbers, and those that arithmetic would change: -0, the smallest, a NaN with a message, infinity.
std::vector<float> all_kinds_of(int64_t count) {
  std::vector<float> numbers = floats(random_numbers(count, 5));
  const uint32_t special[] = {0x80000000, 0x00000001, 0x807fffff, 0x7fc0abcd, 0xff800000};
  for (size_t i = 0; i < numbers.size(); i += 3) numbers[i] = std::bit_cast<float>(special[i / 3 % 5]);
  return numbers;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

// Every layout of the shared problems that weights can live in.
std::vector<WeightsLayout> layouts_of_problems() {
  std::vector<WeightsLayout> layouts = {WeightsLayout::plain({7}), WeightsLayout::plain({3, 3, 5, 10})};
  for (const Problem& problem : problems("conv")) {
    const ConvProblem p = conv_problem(problem);
    layouts.push_back(conv_forward(p).weights.home());
    layouts.push_back(conv_backward_data(p).weights.home());
    layouts.push_back(conv_backward_weights(p, true).diff_weights);
  }
  for (const Problem& problem : problems("dense")) {
    layouts.push_back(dense_forward(dense_problem(problem)).weights);
    layouts.push_back(dense_backward_data(dense_problem(problem)).weights);
  }
  return layouts;
}

std::vector<float> unpacked(const WeightsLayout& layout, const void* packed) {
  std::vector<float> keras(static_cast<size_t>(layout.shape().elements()));
  layout.unpack(packed, keras.data());
  return keras;
}

TEST(WeightsLayout, PacksAndUnpacksToTheSameBits) {
  for (const WeightsLayout& layout : layouts_of_problems()) {
    const std::vector<float> keras = all_kinds_of(layout.shape().elements());
    GuardedBuffer packed(layout.bytes());
    layout.pack(keras.data(), packed.data());
    EXPECT_TRUE(same_bits(unpacked(layout, packed.data()), keras)) << layout.name();
    EXPECT_TRUE(packed.guards_intact()) << layout.name();
  }
}

TEST(WeightsLayout, HasZerosWhereNoWeightIs) {
  for (const WeightsLayout& layout : layouts_of_problems()) {
    const std::vector<float> ones(static_cast<size_t>(layout.shape().elements()), 1.0f);
    GuardedBuffer packed(layout.bytes());
    layout.pack(ones.data(), packed.data());
    int64_t count = 0;
    for (size_t i = 0; i < packed.count(); ++i) {
      EXPECT_TRUE(packed.data()[i] == 1.0f || packed.data()[i] == 0.0f) << layout.name();
      count += packed.data()[i] == 1.0f;
    }
    EXPECT_EQ(count, layout.shape().elements()) << layout.name();
  }
}

TEST(WeightsLayout, IsReorderedToTheSameBits) {
  for (const Problem& problem : problems("conv")) {
    const ConvProblem p = conv_problem(problem);
    const WeightsLayout layouts[] = {WeightsLayout::plain(p.weights_shape()), conv_forward(p).weights,
                                     conv_backward_data(p).weights, conv_backward_weights(p, true).diff_weights};
    const std::vector<float> keras = all_kinds_of(p.weights_shape().elements());
    for (const WeightsLayout& layout : layouts)
      for (const WeightsLayout& to : layouts) {
        const WeightsLayout from = layout.home();
        GuardedBuffer src(from.bytes()), dst(to.bytes()), expected(to.bytes());
        from.pack(keras.data(), src.data());
        to.pack(keras.data(), expected.data());
        run_kernel(*weights_reorder(from, to), {&src, &dst}, {&dst});
        EXPECT_EQ(std::memcmp(dst.data(), expected.data(), to.bytes()), 0)
            << problem.line << ": " << from.name() << " to " << to.name();
      }
  }
}

TEST(WeightsLayout, IsEqualWhereBytesAreInOneOrder) {
  const WeightsLayout plain = WeightsLayout::plain({3, 3, 8, 16});
  EXPECT_EQ(plain, WeightsLayout::plain({3, 3, 8, 16}));
  EXPECT_FALSE(plain == WeightsLayout::plain({3, 3, 16, 8}));
  EXPECT_FALSE(plain == WeightsLayout());
  EXPECT_FALSE(WeightsLayout());
  const ConvProblem p{.ic = 8, .ih = 9, .iw = 9, .oc = 16, .oh = 7, .ow = 7, .kh = 3, .kw = 3, .batch = 4};
  ConvProblem other = p;
  other.n = 4;
  EXPECT_EQ(conv_forward(p).weights, conv_forward(other).weights);
  EXPECT_EQ(plain.bytes(), size_t{3 * 3 * 8 * 16 * 4});
  EXPECT_EQ(plain.name(), "plain");
}

TEST(WeightsLayout, IsPackedByManyThreadsAtOnce) {
  const ConvProblem p{.ic = 17, .ih = 9, .iw = 9, .oc = 30, .oh = 7, .ow = 7, .kh = 3, .kw = 3};
  const WeightsLayout layout = conv_forward(p).weights.home();
  std::vector<std::thread> threads;
  for (uint64_t t = 0; t < 4; ++t)
    threads.emplace_back([&layout, t] {
      const std::vector<float> keras = floats(random_numbers(layout.shape().elements(), t));
      for (int round = 0; round < 20; ++round) {
        GuardedBuffer packed(layout.bytes());
        layout.pack(keras.data(), packed.data());
        EXPECT_TRUE(same_bits(unpacked(layout, packed.data()), keras));
      }
    });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace fovea::kernels
