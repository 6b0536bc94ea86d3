#include "fovea/kernels/eltwise.h"
#include "fovea/kernels/eltwise_ref.h"
#include "tests/kernels/loops.h"

namespace fovea::kernels {
namespace {

constexpr uint32_t kStream = purpose::kLayer + 3;

// Nhwc output of a map of ones.
std::vector<double> dropped(const Layout& layout, float rate, const RunContext& context, int64_t first_row = 0) {
  Map x(layout, std::vector<double>(static_cast<size_t>(layout.n * layout.h * layout.w * layout.c), 1)), y(layout);
  run_loop(dropout(layout, rate, kStream), {&x.buffer, &y.buffer}, context, first_row);
  run_loop(dropout(layout, rate, kStream), {&x.buffer, &x.buffer}, context, first_row);
  EXPECT_TRUE(same_bits(x.buffer, y.buffer)) << "in place";
  return y.read();
}

TEST(Dropout, DrawsTheReferenceMaskInEveryLayoutAndInstructionSet) {
  const RunContext context{.seed = 0x123456789abcdef0, .epoch = 7, .position = (int64_t{1} << 32) - 3};
  std::vector<Size> sizes = kSizes;
  sizes.push_back({2, 13, 11, 20});
  sizes.push_back({2, 40, 40, 6});
  sizes.push_back({3, 1, 1, 5001});
  for_instruction_sets([&] {
    for (const Size& s : sizes)
      for (const float rate : {0.25f, 0.1f}) {
        const int64_t per_picture = s.h * s.w * s.c;
        std::vector<double> expected;
        for (int64_t i = 0; i < s.n * per_picture; ++i) {
          const uint64_t position = static_cast<uint64_t>(context.position + 2 + i / per_picture);
          const bool keep =
              dropout_keeps_ref(rate, context.seed, kStream, 7, position, static_cast<uint64_t>(i % per_picture));
          expected.push_back(keep ? static_cast<float>(1 / (1 - static_cast<double>(rate))) : 0.0f);
        }
        for (const Layout& layout : layouts_of(s.n, s.h, s.w, s.c))
          EXPECT_EQ(dropped(layout, rate, context, 2), expected) << to_string(layout);
      }
  });
}

TEST(Dropout, KeepsItsShareAndTheMean) {
  for (const float rate : {0.1f, 0.25f, 0.5f, 0.9f}) {
    const std::vector<double> y = dropped(Layout::blocked(16, 20, 20, 32, 8), rate, {.seed = 5});
    double kept = 0, sum = 0;
    for (const double value : y) kept += value != 0, sum += value;
    const double n = static_cast<double>(y.size()), deviation = std::sqrt(rate * (1 - rate) / n);
    EXPECT_NEAR(kept / n, 1 - rate, 4 * deviation);
    EXPECT_NEAR(sum / n, 1, 4 * deviation / (1 - rate));
  }
}

TEST(Dropout, ScalesWhatItKeepsAndCopiesOrClearsAtTheEnds) {
  const Layout layout = Layout::blocked(1, 2, 2, 3, 8);
  const std::vector<double> src = random_numbers(12, 1);
  Map x(layout, src), y(layout);
  run_loop(dropout(layout, 0, kStream), {&x.buffer, &y.buffer});
  EXPECT_EQ(y.read(), src);
  run_loop(dropout(layout, 0.5f, kStream), {&x.buffer, &y.buffer});
  const std::vector<double> halved = y.read();
  for (size_t i = 0; i < src.size(); ++i) EXPECT_TRUE(halved[i] == 0 || halved[i] == 2 * src[i]);
  run_loop(dropout(layout, 1, kStream), {&x.buffer, &y.buffer});
  EXPECT_EQ(y.read(), std::vector<double>(12, 0));
}

TEST(Dropout, DependsOnTheRowAndNotOnTheTile) {
  const RunContext context{.seed = 9, .epoch = 1, .position = 64};
  const std::vector<double> whole = dropped(Layout::blocked(6, 5, 5, 8, 8), 0.25f, context);
  std::vector<double> tiles;
  for (const auto& [first, n] : {std::pair<int64_t, int64_t>{0, 4}, {4, 1}, {5, 1}})
    for (const double value : dropped(Layout::plain(n, 5, 5, 8), 0.25f, context, first)) tiles.push_back(value);
  EXPECT_EQ(tiles, whole);
  EXPECT_NE(dropped(Layout::blocked(6, 5, 5, 8, 8), 0.25f, {.seed = 9, .epoch = 2, .position = 64}), whole);
  EXPECT_NE(dropped(Layout::blocked(6, 5, 5, 8, 8), 0.25f, {.seed = 8, .epoch = 1, .position = 64}), whole);
}

TEST(DropoutDeathTest, RefusesARateThatIsNone) {
  EXPECT_DEATH(dropout(Layout::features(1, 1), 1.5f, kStream), "a rate in \\[0, 1\\]");
  EXPECT_DEATH(dropout(Layout::features(1, 1), NAN, kStream), "a rate in \\[0, 1\\]");
}

}  // namespace
}  // namespace fovea::kernels
