// docs/add_a_layer.md shows the real code: every block that begins with "// FILE" is in that file, word for word.
#include <gtest/gtest.h>

#include <sstream>

#include "fovea/base/file.h"
#include "tests/harness/source_tree.h"

namespace fovea {
namespace {

struct Quote {
  std::string file, code;
};

std::vector<Quote> quotes_in(const std::string& text) {
  std::vector<Quote> quotes;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line != "```cpp") continue;
    Quote quote;
    std::getline(lines, line);
    quote.file = line.starts_with("// ") ? line.substr(3) : line;
    while (std::getline(lines, line) && line != "```") quote.code += line + "\n";
    quotes.push_back(quote);
  }
  return quotes;
}

std::string file_of_the_tree(const std::string& path) { return read_file(source_tree(path)); }

TEST(AddALayer, ShowsTheRealCode) {
  const auto quotes = quotes_in(file_of_the_tree("docs/add_a_layer.md"));
  EXPECT_GE(quotes.size(), 5u);
  for (const Quote& quote : quotes)
    EXPECT_NE(file_of_the_tree(quote.file).find(quote.code), std::string::npos) << quote.file << " has no\n"
                                                                                << quote.code;
}

}  // namespace
}  // namespace fovea
