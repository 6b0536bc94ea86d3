#include "fovea/tune/search_space.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fovea/base/file.h"
#include "tests/harness/files.h"

namespace fovea::tune {
namespace {

SearchSpace net() {
  return SearchSpace::from_json(Json::parse(R"({
    "model": {"layers": [{"Conv2D": {"filters": "$filters", "name": "conv_$filters"}}, {"BatchNormalization": {}, "when": {"norm": [true]}},
                         {"Dropout": {"rate": "$rate", "when": {"norm": false}}}]},
    "options": {"augment": "rotation_range=$turn,zoom_range=0.1"},
    "parameters": {"filters": {"type": "int", "min": 1, "max": 9}, "norm": {"type": "boolean"},
                   "rate": {"type": "float", "min": 0, "max": 0.5, "when": {"norm": false}}, "turn": {"type": "fixed", "value": 20}}})"),
                                "net");
}

TEST(SearchSpace, PutsValuesIntoTheModelAndTheOptions) {
  const SearchSpace search = net();
  const Space space = search.space({});
  const Values with = {{"filters", 4}, {"norm", true}, {"turn", 20}}, without = {{"filters", 8}, {"norm", false}, {"rate", 0.25}, {"turn", 20}};
  EXPECT_EQ(search.model_with(space, with), Json::parse(R"({"layers": [{"Conv2D": {"filters": 4, "name": "conv_4"}}, {"BatchNormalization": {}}]})"));
  EXPECT_EQ(search.model_with(space, without), Json::parse(R"({"layers": [{"Conv2D": {"filters": 8, "name": "conv_8"}}, {"Dropout": {"rate": 0.25}}]})"));
  EXPECT_EQ(search.options_with(space, with), Json::parse(R"({"augment": "rotation_range=20,zoom_range=0.1"})"));
  EXPECT_EQ(SearchSpace::from_json(search.to_json(), "net").to_json(), search.to_json());
}

TEST(SearchSpace, MaySayTheShapeAndTheClasses) {
  const SearchSpace search = SearchSpace::from_json(Json::parse(R"({"model": {"layers": [{"Dense": {"units": "$classes"}}]}, "parameters": {},
    "input_shape": [8, 8, 1], "classes": 7})"), "net");
  EXPECT_EQ(search.model_with(search.space({}), {}), Json::parse(R"({"layers": [{"Dense": {"units": 7}}], "input_shape": [8, 8, 1]})"));
  EXPECT_EQ(SearchSpace::from_json(search.to_json(), "net").to_json(), search.to_json());
}

TEST(SearchSpace, RefusesNamesThatAreNoParameters) {
  SearchSpace search = net();
  search.options["schedule"] = "cosine,decay_steps=$step";
  EXPECT_EQ(refusal([&] { search.space({}); }, ErrorKind::usage), "net: there is no parameter \"step\"");
  EXPECT_NO_THROW(search.space({{"step", 5}}));
  search = net();
  search.options["x"] = "$filers";
  EXPECT_THAT(refusal([&] { search.space({}); }, ErrorKind::usage), testing::HasSubstr("did you mean \"filters\"?"));
  search = net();
  search.options["x"] = "$rate";
  EXPECT_THAT(refusal([&] { search.options_with(search.space({}), {{"filters", 4}, {"norm", true}, {"turn", 20}}); }, ErrorKind::usage),
              testing::HasSubstr("$rate has no value here"));
}

TEST(SearchSpace, IsTheSameInToml) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "a.toml", "model = \"basic\"\n[parameters.z]\ntype = \"int\"\nmin = 1\nmax = 2\n[parameters.b]\ntype = \"boolean\"\n");
  const SearchSpace search = load_search_space(folder / "a.toml");
  EXPECT_EQ(search.name, "a");
  EXPECT_EQ(search.space({}).names(), (std::vector<std::string>{"z", "b"}));
  write_file_atomically(folder / "b.toml", "model = ");
  EXPECT_THAT(refusal([&] { load_search_space(folder / "b.toml"); }), testing::HasSubstr("no TOML"));
  write_file_atomically(folder / "c.toml", "model = 1979-05-27\n");
  EXPECT_THAT(refusal([&] { load_search_space(folder / "c.toml"); }), testing::HasSubstr("a date cannot be"));
}

TEST(SearchSpace, TheTutorialsHas1536Combinations) {
  EXPECT_EQ(load_search_space("tutorial").space({}).size(), 1536);
}

}  // namespace
}  // namespace fovea::tune
