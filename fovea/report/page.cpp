#include "fovea/report/page.h"

#include <algorithm>
#include <string_view>

#include "fovea/formats/webp.h"
#include "fovea/report/base64.h"
#include "fovea/report/drawing.h"
#include "fovea/report/svg.h"

namespace fovea {

// fovea/report/page/bundle.html, made part of the library by the build.
extern const char* const kReportPage;

namespace {

// JSON inside a script element: nothing in it may end the element.
std::string inside_script(const Json& data) {
  const std::string text = data.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    if (c == '<')
      safe += "\\u003c";
    else
      safe += c;
  }
  return safe;
}

void replace_once(std::string& page, std::string_view mark, std::string_view text) {
  page.replace(page.find(mark), mark.size(), text);
}

}  // namespace

std::string report_page(const std::string& title, const Json& data) {
  std::string page = kReportPage;
  // The later mark first: none is looked for in what was put in.
  replace_once(page, "@DATA@", inside_script(data));
  replace_once(page, "@TITLE@", xml_escaped(title));
  return page;
}

Json thumbnail_sheets(const std::vector<Image>& pictures, const ThumbnailOptions& options) {
  Json sheets = Json::array();
  const auto a_sheet = static_cast<size_t>(options.columns * options.rows);
  for (size_t first = 0; first < pictures.size(); first += a_sheet) {
    const size_t count = std::min(a_sheet, pictures.size() - first);
    const int64_t rows = (static_cast<int64_t>(count) + options.columns - 1) / options.columns;
    Image sheet(rows * options.cell, options.columns * options.cell, 3);
    fill(sheet, 0, 0, sheet.width, sheet.height, kCell);
    for (size_t i = 0; i < count; ++i) {
      const auto place = static_cast<int64_t>(i);
      fovea::place(sheet, pictures[first + i], place % options.columns * options.cell, place / options.columns * options.cell, options.cell);
    }
    sheets.push_back(base64(as_bytes(encode_webp(sheet, options.quality))));
  }
  return {{"cell", options.cell}, {"columns", options.columns}, {"rows", options.rows}, {"sheets", std::move(sheets)}};
}

}  // namespace fovea
