#include "fovea/layers/constraint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/harness/files.h"

namespace fovea {
namespace {

using testing::ElementsAre;

Constraint read(const std::string& json) {
  Constraint value{.kind = ConstraintKind::unit_norm};
  read_field(Json::parse(json), value, "dense: kernel_constraint");
  return value;
}

TEST(Constraint, IsReadAsEveryKerasWritesIt) {
  EXPECT_EQ(read("null").kind, ConstraintKind::none);
  EXPECT_EQ(read(R"("non_neg")").kind, ConstraintKind::non_neg);
  EXPECT_EQ(read(R"({"class_name": "NonNeg", "config": {}})").kind, ConstraintKind::non_neg);
  const Constraint longest = read(R"({"module": "keras.constraints", "class_name": "MaxNorm",
                                      "config": {"max_value": 3, "axis": [0, 1, 2]}, "registered_name": null})");
  EXPECT_EQ(longest.kind, ConstraintKind::max_norm);
  EXPECT_EQ(longest.max_value, 3);
  EXPECT_THAT(longest.axis, ElementsAre(0, 1, 2));
  EXPECT_EQ(read(R"("max_norm")").max_value, 2);
  EXPECT_EQ(read(R"("MinMaxNorm")").max_value, 1);
  EXPECT_THAT(read(R"({"class_name": "UnitNorm", "config": {"axis": 0}})").axis, ElementsAre(0));
}

TEST(Constraint, IsWrittenAsItIsRead) {
  for (const char* json : {"null", R"({"class_name":"NonNeg","config":{}})", R"({"class_name":"UnitNorm","config":{"axis":1}})",
                           R"({"class_name":"MaxNorm","config":{"max_value":0.5,"axis":[0,1]}})",
                           R"({"class_name":"MinMaxNorm","config":{"min_value":0.5,"max_value":2.0,"rate":0.25,"axis":0}})"})
    EXPECT_EQ(write_field(read(json)), Json::parse(json));
}

TEST(Constraint, RefusesAxesThatTheWeightHasNot) {
  const auto refused = [](const std::string& axis) {
    const Constraint constraint = read(R"({"class_name": "MaxNorm", "config": {"axis": )" + axis + "}}");
    return refusal([&] { constraint.check({4, 5}, "dense: kernel_constraint"); }, ErrorKind::usage);
  };
  EXPECT_EQ(refused("2"), "dense: kernel_constraint: axis must name axes of the weight's shape (4, 5), each once (got 2)");
  EXPECT_THAT(refused("[1, -1]"), testing::HasSubstr("each once (got 1)"));
  EXPECT_NO_THROW(read(R"({"class_name": "MaxNorm", "config": {"axis": -1}})").check({4, 5}, ""));
}

TEST(Constraint, RefusesWhatIsNone) {
  EXPECT_THAT(refusal([] { read(R"("maxnorm")"); }, ErrorKind::usage), testing::HasSubstr("unknown constraint (got \"maxnorm\""));
  EXPECT_THAT(refusal([] { read(R"({"class_name": "MinMaxNorm", "config": {"min_value": 2}})"); }, ErrorKind::usage),
              testing::HasSubstr("min_value must not be above max_value (got 2 and 1)"));
}

}  // namespace
}  // namespace fovea
