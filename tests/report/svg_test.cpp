#include "fovea/report/svg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace fovea {
namespace {

using testing::HasSubstr;

TEST(Svg, EscapesText) {
  EXPECT_EQ(xml_escaped("a<b & \"c\" > 'd'"), "a&lt;b &amp; &quot;c&quot; &gt; &#39;d&#39;");
  EXPECT_EQ(xml_escaped("ä\n\x01"), "ä&#10;\uFFFD");
  EXPECT_EQ(xml_escaped("\uFFFE\uFFFFﾾ﾿"), "\uFFFD\uFFFDﾾ﾿");
}

TEST(Svg, ReplacesEveryByteThatIsNotUtf8) {
  for (const char* bytes : {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"}) {
    const std::string escaped = xml_escaped(bytes);
    EXPECT_EQ(escaped.size(), 3 * std::string(bytes).size()) << "one U+FFFD a byte";
    EXPECT_THAT(escaped, HasSubstr("\uFFFD"));
  }
  EXPECT_EQ(xml_escaped("€ 𝄞 é"), "€ 𝄞 é");
}

TEST(Svg, WritesShortNumbers) {
  EXPECT_EQ(svg_number(1.5), "1.5");
  EXPECT_EQ(svg_number(100), "100");
  EXPECT_EQ(svg_number(1.0 / 3), "0.33");
  EXPECT_EQ(svg_number(-0.001), "0");
  EXPECT_EQ(svg_number(-2), "-2");
}

TEST(Svg, NestsElements) {
  Svg svg({.width = 10, .height = 20, .title = "a & b", .description = "d"});
  svg.open("g", {{"class", "x"}});
  svg.text(1, 2.5, "<t>");
  svg.titled("rect", {{"width", 3}}, "tip");
  svg.close();
  const std::string file = svg.finish();
  EXPECT_THAT(file, HasSubstr("viewBox=\"0 0 10 20\""));
  EXPECT_THAT(file, HasSubstr("<title id=\"title\">a &amp; b</title>"));
  EXPECT_THAT(file, HasSubstr("<g class=\"x\">\n<text x=\"1\" y=\"2.5\">&lt;t&gt;</text>\n"
                              "<rect width=\"3\"><title>tip</title></rect>\n</g>\n</svg>\n"));
}

TEST(SvgDeathTest, AssertsThatElementsAreClosed) {
  Svg svg({.width = 1, .height = 1});
  svg.open("g");
  EXPECT_DEATH(svg.finish(), "every element opened has been closed");
  EXPECT_DEATH(svg_number(NAN), "a coordinate is finite");
}

}  // namespace
}  // namespace fovea
