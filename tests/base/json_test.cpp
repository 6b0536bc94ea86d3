#include "fovea/base/json.h"

#include <gtest/gtest.h>

#include "tests/harness/files.h"

namespace fovea {
namespace {

// {"0":":","1":":", …}
std::string object_of(int members) {
  std::string text;
  for (int i = 0; i < members; ++i) text += fmt::format("{}\"{}\":\":\"", i == 0 ? "" : ",", i);
  return "{" + text + "}";
}

TEST(Json, AnObjectHasABoundedNumberOfMembers) {
  EXPECT_EQ(parse_json(object_of(5'000), "f").size(), 5'000u);
  EXPECT_EQ(refusal([] { parse_json(object_of(5'001), "f"); }),
            "f: an object of the JSON text has too many members (expected at most 5000)");
  EXPECT_EQ(refusal([] { parse_json("[{\"a\":[" + object_of(5'001), "f"); }),
            "f: an object of the JSON text has too many members (expected at most 5000)");
}

TEST(Json, MembersAreCountedObjectByObject) {
  const std::string half = object_of(3'000);
  EXPECT_EQ(parse_json("[" + half + "," + half + "]", "f").size(), 2u);
  EXPECT_EQ(parse_json("{\"a\":" + half + ",\"b\":" + half + "}", "f").size(), 2u);
}

TEST(Json, ASortedObjectHasAsManyMembersAsThereAre) {
  EXPECT_EQ(parse_sorted_json(object_of(20'000), "f").size(), 20'000u);
}

TEST(Json, RefusalsNameThePlace) {
  EXPECT_EQ(refusal([] { parse_json("{\"a\": 1,\n b}", "f"); }), "f: not valid JSON at line 2, column 2");
  EXPECT_EQ(refusal([] { parse_json("]}", "f"); }), "f: not valid JSON at line 1, column 1");
  EXPECT_EQ(refusal([] { parse_json("[[[[]]]]", "f", {.depth = 3}); }), "f: JSON nests too deeply (expected at most 3 levels)");
  EXPECT_EQ(refusal([] { parse_json("[1, 2]", "f", {.bytes = 5}); }),
            "f: JSON text is too large (got 6 bytes, expected at most 5)");
}

}  // namespace
}  // namespace fovea
