#include "fovea/tune/space.h"

#include <gtest/gtest.h>

#include "fovea/tune/sampling.h"
#include "tests/harness/files.h"

namespace fovea::tune {
namespace {

Space read(const char* text, const Json& outside = Json::object()) { return read_parameters(Json::parse(text), "space", outside); }

std::string refused(const char* text) {
  return refusal([&] { read(text); }, ErrorKind::usage);
}

TEST(Space, IsReadAndWritten) {
  const Space space = read(R"({"filters": {"type": "int", "min": 32, "max": 128, "step": 32},
    "kernel": {"type": "choice", "values": [3, 5], "default": 5}, "norm": {"type": "boolean"}, "same": {"type": "fixed", "value": "x"},
    "rate": {"type": "float", "min": 1e-4, "max": 1e-2, "sampling": "log", "when": {"norm": true}}})");
  ASSERT_EQ(space.parameters().size(), 5u);
  EXPECT_EQ(space.find("kernel")->fallback(), 5);
  EXPECT_EQ(space.find("filters")->fallback(), 32);
  EXPECT_EQ(read_parameters(space.to_json()["parameters"], "space").to_json(), space.to_json());
  EXPECT_FALSE(space.size().has_value());
}

TEST(Space, AStepReachesTheEndUnlessKerasTunersIsAskedFor) {
  Space space;
  space.real("ours", 0.2, 0.5, {.step = 0.1});
  space.real("keras", 0.2, 0.5, {.step = 0.1, .keras = true});
  EXPECT_EQ(count_of(space.parameters()[0]), 4);
  EXPECT_EQ(count_of(space.parameters()[1]), 3);
  EXPECT_EQ(value_at(space.parameters()[0], 3).get<double>(), 0.5);
}

TEST(Space, SharesAndValuesAreInverse) {
  Space space;
  space.integer("steps", 32, 128, {.step = 32}).integer("log", 1, 1000, {.sampling = Sampling::log});
  space.integer("doubled", 8, 256, {.step = 2, .sampling = Sampling::log}).real("rate", 1e-4, 1e-2, {.sampling = Sampling::log});
  space.real("reverse", 1e-3, 1, {.sampling = Sampling::reverse_log}).choice("word", {"a", "b", "c"}).boolean("flag");
  for (const Parameter& p : space.parameters())
    for (const double share : {0.0, 0.1, 0.33, 0.5, 0.77, 0.999}) {
      const Json value = value_of(p, share), again = value_of(p, share_of(p, value));
      if (value.is_number_float()) {
        EXPECT_NEAR(again.get<double>(), value.get<double>(), 1e-12) << p.name;
      } else {
        EXPECT_EQ(again, value) << p.name << " " << share;
      }
    }
}

TEST(Space, ConditionsHoldThroughOneAnother) {
  Space space;
  space.boolean("a").boolean("b", {.when = {{"a", {true}}}}).real("c", 0, 1, {.when = {{"b", {true}}}});
  space.outside("optimizer", "adam");
  space.real("momentum", 0, 1, {.when = {{"optimizer", {"sgd"}}}});
  EXPECT_FALSE(space.active(*space.find("c"), {{"a", false}}));
  EXPECT_TRUE(space.active(*space.find("c"), {{"a", true}, {"b", true}}));
  EXPECT_FALSE(space.active(*space.find("momentum"), {{"a", true}}));
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const Values values = draw(space, seed).values;
    EXPECT_EQ(values.contains("b"), values["a"] == true);
    EXPECT_EQ(values.contains("c"), values.contains("b") && values["b"] == true);
  }
}

TEST(Space, SaysWhatIsWrongWithIt) {
  EXPECT_EQ(refused(R"({"a": {"type": "flot", "min": 0, "max": 1}})"),
            "space: a: unknown type \"flot\" (expected int, float, choice, boolean, fixed); did you mean \"float\"?");
  EXPECT_EQ(refused(R"({"a": {"type": "int", "min": 5, "max": 1}})"), "space: a: min is above max (got 5 and 1)");
  EXPECT_EQ(refused(R"({"a": {"type": "int", "min": 0, "max": 1, "stepp": 2}})"),
            "space: a: unknown key \"stepp\" (expected min, max, step, sampling, type, default, when); did you mean \"step\"?");
  EXPECT_EQ(refused(R"({"a": {"type": "float", "min": 0, "max": 1, "sampling": "log"}})"),
            "space: a: logarithmic sampling begins above 0 (got min 0)");
  EXPECT_EQ(refused(R"({"a": {"type": "float", "min": 1, "max": 2, "sampling": "log", "step": 1}})"),
            "space: a: a logarithmic step, a factor, must be above 1 (got 1)");
  EXPECT_EQ(refused(R"({"a": {"type": "int", "min": 1, "max": 8, "sampling": "log", "step": 29223372036854775808}})"),
            "space: a: whole numbers are at most 2^53 here (got 2.9223372036854776e+19)");
  EXPECT_EQ(refused(R"({"a": {"type": "choice", "values": [3, "x"]}})"), "space: a: values are all of one type (got 3 and \"x\")");
  EXPECT_EQ(refused(R"({"optimizer": {"type": "choice", "values": ["sgd"]}, "m": {"type": "boolean", "when": {"optimiser": ["sgd"]}}})"),
            "space: m: when: no parameter before it is named \"optimiser\"; did you mean \"optimizer\"?");
  EXPECT_EQ(refused(R"({"o": {"type": "choice", "values": ["sgd"]}, "m": {"type": "boolean", "when": {"o": ["adam"]}}})"),
            "space: m: when: o is never that (got \"adam\")");
  EXPECT_EQ(refused(R"({"a": {"type": "int", "min": 1.5, "max": 2}})"), "space: a: min: got 1.5, expected a whole number");
}

}  // namespace
}  // namespace fovea::tune
