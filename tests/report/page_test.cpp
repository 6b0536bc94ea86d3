// The page as a text; tests/page drives it in a browser.
#include "fovea/report/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fovea/formats/webp.h"
#include "fovea/report/base64.h"
#include "tests/harness/files.h"
#include "tests/harness/source_tree.h"

namespace fovea {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Base64, IsRfc4648s) {
  const std::pair<const char*, const char*> cases[] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"\xff\xfe\xfd", "//79"}};
  for (const auto& [bytes, text] : cases) EXPECT_EQ(base64(as_bytes(bytes)), text);
}

TEST(ReportPage, HoldsItsDataAndNothingThatEndsThem) {
  const std::string page = report_page("<b>run</b> & co", {{"title", "</script><script>alert(1)</script> @DATA@"}});
  EXPECT_THAT(page, HasSubstr("<title>&lt;b&gt;run&lt;/b&gt; &amp; co</title>"));
  EXPECT_THAT(page, HasSubstr("\\u003c/script>\\u003cscript>alert(1)"));
  EXPECT_THAT(page, Not(HasSubstr("</script><script>alert")));
}

TEST(ReportPage, LooksForNoMarkInItsTitleAndData) {
  const std::string page = report_page("@DATA@", {{"title", "@TITLE@"}});
  EXPECT_THAT(page, HasSubstr("<title>@DATA@</title>"));
  EXPECT_THAT(page, HasSubstr(R"({"title":"@TITLE@"})"));
}

TEST(ReportPage, AsksForNothing) {
  const std::string page = report_page("run", Json::object());
  for (const char* wrong : {"src=\"http", "href=\"http", "url(http", "@import", "onclick="}) EXPECT_THAT(page, Not(HasSubstr(wrong)));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, HasSubstr("leeoniya/uPlot"));
}

TEST(ReportPage, IsBundledFromItsFiles) {
  const TemporaryFolder folder;
  const std::string bundled = folder / "bundle.html";
  ASSERT_EQ(std::system(("'" + source_tree("script/bundle-page") + "' '" + bundled + "'").c_str()), 0);
  EXPECT_EQ(read_file(bundled), read_file(source_tree("fovea/report/page/bundle.html"))) << "run script/bundle-page";
}

TEST(ThumbnailSheets, HaveEveryPictureInItsPlace) {
  std::vector<Image> pictures;
  for (int i = 0; i < 5; ++i) {
    Image image(8, 8, 3);
    std::fill(image.pixels.begin(), image.pixels.end(), static_cast<uint8_t>(40 * i));
    pictures.push_back(std::move(image));
  }
  const Json sheets = thumbnail_sheets(pictures, {.cell = 8, .columns = 2, .rows = 2});
  ASSERT_EQ(sheets["sheets"].size(), 2u);
  EXPECT_EQ(sheets["columns"], 2);
}

TEST(WebP, IsReadAsItWasWritten) {
  Image image(20, 30, 3);
  for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<uint8_t>(i / 90 * 10);
  const std::string bytes = encode_webp(image, 95);
  const Image again = decode_webp(as_bytes(bytes), "webp");
  ASSERT_EQ(again.height, 20);
  ASSERT_EQ(again.width, 30);
  for (size_t i = 0; i < image.pixels.size(); ++i) EXPECT_NEAR(again.pixels[i], image.pixels[i], 6);
  Image gray(4, 4, 1);
  EXPECT_EQ(decode_webp(as_bytes(encode_webp(gray, 80)), "webp").channels, 3);
}

}  // namespace
}  // namespace fovea
