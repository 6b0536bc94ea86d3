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

TEST(Names, LengthsMayDifferByAThird) {
  const auto nearest = [](const std::string& name, const std::string& known) { return nearest_names(name, {known}).size(); };
  EXPECT_EQ(nearest("kernel", "krnel"), 1u);
  EXPECT_EQ(nearest("kernel", "_kernel_"), 1u);
  EXPECT_EQ(nearest("kernel", "__kernel_"), 0u);
  EXPECT_EQ(nearest("kernel", "kernel" + std::string(50, '_')), 1u) << "begins with it";
  EXPECT_EQ(nearest(std::string(100, 'a'), std::string(100, 'b')), 0u);
  EXPECT_EQ(nearest(std::string(100, 'a'), std::string(99, 'a')), 1u);
  EXPECT_EQ(nearest(std::string(101, 'a'), std::string(100, 'a')), 0u) << "too long to be compared";
}

}  // namespace
}  // namespace fovea
