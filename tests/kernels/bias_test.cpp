#include "fovea/kernels/bias.h"

#include "fovea/kernels/bias_ref.h"
#include "tests/kernels/loops.h"

namespace fovea::kernels {
namespace {

void check(const Layout& layout) {
  SCOPED_TRACE(to_string(layout));
  const std::vector<double> src = random_numbers(layout.n * layout.h * layout.w * layout.c, 1);
  const std::vector<double> bias = random_numbers(layout.c, 2), none(bias.size());
  GuardedBuffer b = floats_buffer(bias), diff_bias(bias.size() * sizeof(float));
  for (const bool relu : {false, true})
    for (const bool there : {false, true}) {
      Map dst(layout, src);
      run_loop(bias_forward(layout, relu), {there ? &b : nullptr, &dst.buffer});
      expect_close(dst.read(), bias_forward_ref(src, there ? bias : none, relu), 1e-6, "forward");
    }
  Map diff_dst(layout, src);
  run_loop(bias_backward(layout), {&diff_dst.buffer, &diff_bias});
  expect_close(values_of(diff_bias), bias_backward_ref(src, bias.size()), 1e-5, "backward");
}

TEST(Bias, AgreesWithTheReferenceInEveryLayoutAndInstructionSet) {
  for_instruction_sets([] {
    for (const Size& s : kSizes)
      for (const Layout& layout : layouts_of(s.n, s.h, s.w, s.c)) check(layout);
    check(Layout::blocked(2, 30, 30, 12, 8));
  });
}

TEST(Bias, IsAddedToItsChannelAndTheGradientsOfAChannelAreSummed) {
  const Layout layout = Layout::plain(1, 1, 2, 2);
  Map dst(layout, {1, 2, 3, 4}), diff_dst(layout, {1, 2, 3, 4});
  GuardedBuffer bias = floats_buffer({10, -3}), diff_bias(2 * sizeof(float));
  run_loop(bias_forward(layout, true), {&bias, &dst.buffer});
  EXPECT_EQ(dst.read(), (std::vector<double>{11, 0, 13, 1}));
  run_loop(bias_backward(layout), {&diff_dst.buffer, &diff_bias});
  EXPECT_EQ(values_of(diff_bias), (std::vector<double>{4, 6}));
}

TEST(Bias, ReluKeepsANaN) {
  const Layout layout = Layout::features(1, 2);
  Map dst(layout, {NAN, -3});
  run_loop(bias_forward(layout, true), {nullptr, &dst.buffer});
  EXPECT_TRUE(std::isnan(dst.buffer.data()[0]));
  EXPECT_EQ(dst.buffer.data()[1], 0);
}

}  // namespace
}  // namespace fovea::kernels
