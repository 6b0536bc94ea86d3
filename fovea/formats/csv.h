// Tables of texts as RFC 4180 has them: fields between commas, in quotes where they hold commas, quotes or line ends.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fovea {

struct CsvRow {
  int64_t line = 0;  // where it begins, counted from 1
  std::vector<std::string> fields;
};

// All rows but empty ones. A byte order mark in front is passed over, lines may end as on any system. Throws Error
// (file) naming the line where a quote is not closed or text stands behind a closing one.
std::vector<CsvRow> parse_csv(std::string_view text, const std::string& where);

}  // namespace fovea
