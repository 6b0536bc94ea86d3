#include "fovea/layers/softmax.h"

#include <gtest/gtest.h>

#include "fovea/kernels/eltwise_ref.h"
#include "fovea/layers/activation.h"
#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

// Over rows of `classes` numbers.
Doubles softmax(const Doubles& src, int64_t classes) {
  Doubles dst;
  for (auto row = src.begin(); row != src.end(); row += classes) {
    const Doubles one = kernels::softmax_ref(Doubles(row, row + classes));
    dst.insert(dst.end(), one.begin(), one.end());
  }
  return dst;
}

template <class L>
void check(const L& layer) {
  for (const Problem& problem : problems_to_check("maps")) {
    const Shape shape = picture_of(problem);
    check_layer({.line = problem.line,
                 .layer = std::make_shared<L>(layer),
                 .batch = problem.size("n"),
                 .shapes = {shape},
                 .truth = {.forward = [=](auto& inputs, auto&) { return softmax(inputs[0], shape.back()); }}});
  }
}

TEST(Softmax, AgreesWithTheReference) { check(Softmax()); }
TEST(Softmax, AgreesWithTheReferenceAsAnActivation) { check(Activation(ActivationKind::softmax)); }

TEST(Softmax, OfEqualNumbersIsEvenAndOfLargeOnesFinite) {
  EXPECT_EQ(apply(std::make_shared<Softmax>(), {4}, {7, 7, 7, 7}), Floats({0.25f, 0.25f, 0.25f, 0.25f}));
  EXPECT_EQ(apply(std::make_shared<Softmax>(), {2}, {1000, -1000}), Floats({1, 0}));
}

TEST(Softmax, RefusesAnAxisThatIsNotTheLast) {
  const Softmax layer({.axis = {1}, .name = "soft"});
  EXPECT_EQ(refusal(
                [&] {
                  return layer.infer(std::vector<Shape>{{4, 4, 3}});
                },
                ErrorKind::usage),
            "soft: axis must be the last one (got 1, expected -1 or 3)");
}

}  // namespace
}  // namespace fovea
