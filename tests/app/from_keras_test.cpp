// docs/from_keras.md shows what there is: its C++ is in the example, and its commands have the options that they show.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "fovea/base/file.h"
#include "tests/harness/program.h"
#include "tests/harness/quotes.h"
#include "tests/harness/source_tree.h"

namespace fovea {
namespace {

std::string page() { return read_file(source_tree("docs/from_keras.md")); }

TEST(FromKeras, ShowsTheExample) {
  const std::string example = unindented(read_file(source_tree("examples/from_keras.cpp")));
  const auto quotes = quotes_in(page(), "cpp");
  EXPECT_GE(quotes.size(), 8u);
  for (const std::string& quote : quotes)
    EXPECT_NE(example.find(unindented(quote)), std::string::npos) << "the example has no\n" << quote;
}

TEST(FromKeras, ShowsOptionsThatThereAre) {
  const Workplace place;
  int options = 0;
  for (const std::string& quote : quotes_in(page(), "sh")) {
    std::istringstream lines(quote);
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string program, command;
      words >> program >> command;
      ASSERT_EQ(program, "fovea") << line;
      const std::string help = place.run({command, "--help"}).out;
      for (std::string word; words >> word;) {
        if (!word.starts_with("--")) continue;
        ++options;
        EXPECT_THAT(help, testing::HasSubstr(" " + word + " ")) << line;
      }
    }
  }
  EXPECT_GE(options, 8);
}

TEST(FromKeras, ShowsAnArchitectureThatIsOne) {
  const Workplace place;
  const auto quotes = quotes_in(page(), "json");
  ASSERT_EQ(quotes.size(), 1u);
  write_file_atomically(place / "small.json", quotes.front());
  // The net of the example: 9 * 8 + 8, and 8 * 8 * 8 * 10 + 10.
  EXPECT_EQ(place.run({"summary", "small.json", "--json"}).json()["parameters"], 5'210);
}

}  // namespace
}  // namespace fovea
