#include "fovea/base/names.h"

#include <gtest/gtest.h>

namespace fovea {
namespace {

const std::vector<std::string> kKnown = {"train", "eval", "cifar10", "fashion-mnist"};

TEST(Names, NamesWhatMayHaveBeenMeant) {
  EXPECT_EQ(did_you_mean("tarin", kKnown), "; did you mean \"train\"?");
  EXPECT_EQ(did_you_mean("fash", kKnown), "; did you mean \"fashion-mnist\"?");
  EXPECT_EQ(did_you_mean("CIFAR10", kKnown), "; did you mean \"cifar10\"?");
}

TEST(Names, IsSilentWhereNothingIsNear) { EXPECT_EQ(did_you_mean("something", kKnown), ""); }

}  // namespace
}  // namespace fovea
