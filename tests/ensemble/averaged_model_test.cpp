#include "fovea/ensemble/averaged_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fovea/layers/dense.h"
#include "fovea/layers/flatten.h"
#include "tests/harness/files.h"
#include "tests/harness/run_model.h"

namespace fovea::ensemble {
namespace {

Model net(uint64_t seed, int64_t units = 3) {
  Model model = sequential({.input_shape = {2, 2, 1}}, Flatten(), Dense({.units = units, .name = "head"}));
  randomize(model, seed);
  return model;
}

TEST(AveragedModel, HasTheMeanOfAllWeights) {
  Model a = net(1), b = net(2), c = net(3);
  Model mean = averaged_model({&a, &b, &c}, {0.5, 0.25, 0.25}, {"a", "b", "c"});
  for (int p = 0; p < mean.parameters().size(); ++p) {
    const Array got = mean.parameters().get(p), x = a.parameters().get(p), y = b.parameters().get(p), z = c.parameters().get(p);
    for (size_t i = 0; i < got.values<float>().size(); ++i)
      EXPECT_FLOAT_EQ(got.values<float>()[i], 0.5f * x.values<float>()[i] + 0.25f * y.values<float>()[i] + 0.25f * z.values<float>()[i]);
  }
}

TEST(AveragedModel, RefusesModelsOfAnotherArchitecture) {
  Model a = net(1), b = net(2, 4);
  EXPECT_THAT(refusal([&] { averaged_model({&a, &b}, {}, {"a", "b"}); }, ErrorKind::usage),
              testing::HasSubstr("b: has other weights than a: only models of one architecture have a mean (got (4, 4) for head/kernel)"));
}

}  // namespace
}  // namespace fovea::ensemble
