// The report: one HTML file that shows what it holds and loads nothing.
#pragma once

#include <string>
#include <vector>

#include "fovea/base/json.h"
#include "fovea/formats/image.h"

namespace fovea {

// The page (fovea/report/page) with these data in it. What they are is in docs/file_formats.md.
std::string report_page(const std::string& title, const Json& data);

struct ThumbnailOptions {
  int64_t cell = 64;       // the longer side of every picture; smaller ones keep their size and lie in the middle
  int64_t columns = 16, rows = 16;  // of a sheet
  int quality = 80;        // of WebP
};

// Pictures in sheets, in order, as WebP files in base64: {"cell", "columns", "rows", "sheets": […]}.
Json thumbnail_sheets(const std::vector<Image>& pictures, const ThumbnailOptions& options = {});

}  // namespace fovea
