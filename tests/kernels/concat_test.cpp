#include "fovea/kernels/concat.h"

#include "tests/kernels/loops.h"

namespace fovea::kernels {
namespace {

// Joins inputs of the given lengths along `axis`, in all combinations of blocks, and takes them apart again.
void check(ConcatAxis axis, const Size& rest, const std::vector<int64_t>& lengths) {
  const auto size_of_part = [&](int64_t length) {
    return Size{rest.n, axis == ConcatAxis::h ? length : rest.h, axis == ConcatAxis::w ? length : rest.w,
                axis == ConcatAxis::c ? length : rest.c};
  };
  int64_t total = 0;
  for (const int64_t length : lengths) total += length;
  const Size whole = size_of_part(total);
  for (const Layout& dst : layouts_of(whole.n, whole.h, whole.w, whole.c))
    for (size_t turn = 0; turn < 4; ++turn) {
      std::vector<Map> inputs;
      std::vector<Layout> layouts;
      std::vector<GuardedBuffer*> arguments;
      inputs.reserve(lengths.size());
      for (size_t i = 0; i < lengths.size(); ++i) {
        const Size s = size_of_part(lengths[i]);
        layouts.push_back(layouts_of(s.n, s.h, s.w, s.c)[(turn + i * (turn % 2)) % 4]);
        inputs.emplace_back(layouts[i], random_numbers(s.n * s.h * s.w * s.c, i + 1));
        arguments.push_back(&inputs[i].buffer);
      }
      SCOPED_TRACE(to_string(layouts[0]) + " and more to " + to_string(dst));
      Map joined(dst);
      arguments.push_back(&joined.buffer);
      run_loop(concat(layouts, dst, axis), arguments);
      joined.read();  // looks at the padding
      int64_t first = 0;
      for (size_t i = 0; i < lengths.size(); ++i) {
        const Layout& l = layouts[i];
        for (int64_t n = 0; n < l.n; ++n)
          for (int64_t h = 0; h < l.h; ++h)
            for (int64_t w = 0; w < l.w; ++w)
              for (int64_t c = 0; c < l.c; ++c)
                ASSERT_EQ(joined.buffer.data()[dst.offset(n, h + (axis == ConcatAxis::h ? first : 0),
                                                          w + (axis == ConcatAxis::w ? first : 0),
                                                          c + (axis == ConcatAxis::c ? first : 0))],
                          inputs[i].buffer.data()[l.offset(n, h, w, c)]);
        Map back(l);
        run_loop(concat_backward(layouts, dst, axis, i), {&joined.buffer, &back.buffer});
        EXPECT_TRUE(same_bits(back.buffer, inputs[i].buffer));
        first += lengths[i];
      }
    }
}

TEST(Concat, JoinsAndTakesApartInEveryMixOfLayouts) {
  check(ConcatAxis::c, {2, 3, 4, 0}, {8, 16, 8});
  check(ConcatAxis::c, {2, 3, 2, 0}, {3, 10, 1, 17});
  check(ConcatAxis::c, {3, 1, 1, 0}, {5, 24});
  check(ConcatAxis::h, {2, 0, 3, 10}, {1, 4, 2});
  check(ConcatAxis::w, {2, 2, 0, 16}, {5, 1});
  check(ConcatAxis::w, {1, 1, 0, 3}, {2});
}

TEST(Concat, PutsChannelsBehindEachOther) {
  const std::vector<Layout> inputs = {Layout::plain(1, 1, 2, 1), Layout::plain(1, 1, 2, 2)};
  Map a(inputs[0], {1, 2}), b(inputs[1], {3, 4, 5, 6}), dst(Layout::plain(1, 1, 2, 3));
  run_loop(concat(inputs, dst.layout, ConcatAxis::c), {&a.buffer, &b.buffer, &dst.buffer});
  EXPECT_EQ(dst.read(), (std::vector<double>{1, 3, 4, 2, 5, 6}));
}

TEST(ConcatDeathTest, RefusesInputsThatDoNotFillTheWhole) {
  const std::vector<Layout> inputs = {Layout::plain(1, 2, 2, 1), Layout::plain(1, 2, 2, 2)};
  EXPECT_DEATH(concat(inputs, Layout::plain(1, 2, 2, 4), ConcatAxis::c), "the inputs fill dst");
  EXPECT_DEATH(concat(inputs, Layout::plain(1, 4, 2, 1), ConcatAxis::h), "inputs differ along the axis alone");
}

}  // namespace
}  // namespace fovea::kernels
