#include "fovea/kernels/reorder.h"

#include <gtest/gtest.h>

#include "tests/kernels/buffers.h"

namespace fovea::kernels {
namespace {

TEST(Reorder, PutsChannelsWhereBlocksWantThem) {
  // Two cells of three channels: nhwc (1 2 3)(4 5 6) becomes one block of eight a cell.
  const Layout plain = Layout::plain(1, 1, 2, 3), blocked = Layout::blocked(1, 1, 2, 3, 8);
  GuardedBuffer src = plain_buffer({1, 2, 3, 4, 5, 6}), dst(blocked.bytes());
  run_kernel(*reorder(plain, blocked), {&src, &dst}, {&dst});
  const std::vector<float> expected = {1, 2, 3, 0, 0, 0, 0, 0, 4, 5, 6, 0, 0, 0, 0, 0};
  EXPECT_EQ(std::vector<float>(dst.data(), dst.data() + dst.count()), expected);
}

TEST(Reorder, KeepsEveryNumberAndClearsPadding) {
  for (int64_t c : {1, 3, 5, 8, 10, 16, 17, 32})
    for (auto [n, h, w] : {std::array<int64_t, 3>{1, 1, 1}, {5, 1, 1}, {3, 7, 5}, {8, 4, 4}}) {
      const std::vector<double> numbers = random_numbers(n * h * w * c, 7);
      for (int64_t from : {int64_t{1}, int64_t{8}, int64_t{16}, c})
        for (int64_t to : {int64_t{1}, int64_t{8}, int64_t{16}, c}) {
          const Layout a = Layout::blocked(n, h, w, c, from), b = Layout::blocked(n, h, w, c, to);
          GuardedBuffer src = map_buffer(numbers, a), dst(b.bytes());
          run_kernel(*reorder(a, b), {&src, &dst}, {&dst});
          EXPECT_EQ(read_map(b, dst.data()), numbers) << to_string(a) << " to " << to_string(b);
        }
    }
}

TEST(Reorder, OfEqualLayoutsIsACopy) {
  EXPECT_EQ(reorder(Layout::plain(2, 1, 1, 32), Layout::blocked(2, 1, 1, 32, 8))->implementation(), "memcpy");
}

}  // namespace
}  // namespace fovea::kernels
