#include "fovea/layers/regularizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/harness/files.h"

namespace fovea {
namespace {

Regularizer read(const std::string& json) {
  Regularizer value{.l1 = 7};
  read_field(Json::parse(json), value, "dense: kernel_regularizer");
  return value;
}

TEST(Regularizer, IsReadAsEveryKerasWritesIt) {
  const auto is = [](const std::string& json, double l1, double l2) {
    const Regularizer value = read(json);
    EXPECT_EQ(value.l1, l1) << json;
    EXPECT_EQ(value.l2, l2) << json;
  };
  is("null", 0, 0);
  is(R"("l1")", 0.01, 0);
  is(R"("L2")", 0, 0.01);
  is(R"("l1_l2")", 0.01, 0.01);
  is(R"({"class_name": "L2", "config": {"l2": 0.5}})", 0, 0.5);
  is(R"({"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.25}})", 0, 0.25);
  is(R"({"module": "keras.regularizers", "class_name": "L1L2", "config": {"l1": 0.1, "l2": 0.2}, "registered_name": null})",
     0.1, 0.2);
  is(R"({"module": "keras.regularizers", "class_name": "L1", "config": {}, "registered_name": null})", 0.01, 0);
}

TEST(Regularizer, IsWrittenAsItIsRead) {
  for (const char* json : {"null", R"({"class_name":"L1","config":{"l1":0.5}})", R"({"class_name":"L2","config":{"l2":0.5}})",
                           R"({"class_name":"L1L2","config":{"l1":0.5,"l2":0.25}})"})
    EXPECT_EQ(write_field(read(json)), Json::parse(json));
}

TEST(Regularizer, RefusesWhatIsNone) {
  EXPECT_THAT(refusal([] { read(R"({"class_name": "OrthogonalRegularizer", "config": {}})"); }, ErrorKind::usage),
              testing::HasSubstr("dense: kernel_regularizer: unknown regularizer"));
  EXPECT_THAT(refusal([] { read(R"({"class_name": "L1", "config": {"l1": -1}})"); }, ErrorKind::usage),
              testing::HasSubstr("l1 must be a number ≥ 0 (got -1)"));
}

}  // namespace
}  // namespace fovea
