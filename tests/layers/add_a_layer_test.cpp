// docs/add_a_layer.md shows the real code: every block that begins with "// FILE" is in that file, word for word.
#include <gtest/gtest.h>

#include "fovea/base/file.h"
#include "tests/harness/quotes.h"
#include "tests/harness/source_tree.h"

namespace fovea {
namespace {

TEST(AddALayer, ShowsTheRealCode) {
  const auto quotes = quotes_in(read_file(source_tree("docs/add_a_layer.md")), "cpp");
  EXPECT_GE(quotes.size(), 5u);
  for (const std::string& quote : quotes) {
    ASSERT_TRUE(quote.starts_with("// ")) << quote;
    const size_t end = quote.find('\n');
    const std::string file = quote.substr(3, end - 3), code = quote.substr(end + 1);
    EXPECT_NE(read_file(source_tree(file)).find(code), std::string::npos) << file << " has no\n" << code;
  }
}

}  // namespace
}  // namespace fovea
