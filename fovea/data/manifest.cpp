#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "fovea/base/error.h"
#include "fovea/data/labels.h"
#include "fovea/data/picture_files.h"
#include "fovea/formats/csv.h"

namespace fovea {
namespace {

constexpr uint64_t kMaxManifest = uint64_t{1} << 30;
constexpr int64_t kMaxNumber = 1000;  // larger labels are names: years, postcodes

struct Columns {
  size_t path = 0, label = 1, split = 2;
  bool named = false;  // by the first line
};

Columns columns_of(const CsvRow& first) {
  const auto find = [&](const char* name) {
    return static_cast<size_t>(std::find(first.fields.begin(), first.fields.end(), name) - first.fields.begin());
  };
  const Columns named{find("path"), find("label"), find("split"), true};
  return std::max(named.path, named.label) < first.fields.size() ? named : Columns();
}

std::optional<SplitKind> split_of(const std::string& text) {
  if (text.empty() || text == "train") return SplitKind::train;
  if (text == "val" || text == "validation") return SplitKind::validation;
  if (text == "test") return SplitKind::test;
  return std::nullopt;
}

// "007" is a name.
std::optional<int64_t> whole_number(const std::string& text) {
  int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || value < 0 || std::to_string(value) != text) return std::nullopt;
  return value;
}

struct Line {
  std::string path, label;
  SplitKind split;
};

// What is wrong with a row; nothing where it is right.
std::string problem(const CsvRow& row, const Columns& columns) {
  if (row.fields.size() <= std::max(columns.path, columns.label))
    return fmt::format("too few columns (got {}, expected {})", row.fields.size(),
                       std::max(columns.path, columns.label) + 1);
  if (row.fields[columns.path].empty()) return "no path";
  if (row.fields[columns.label].empty()) return "no label";
  if (!columns.named && row.fields.size() > 3)
    return fmt::format("too many columns (got {}, expected path,label[,split])", row.fields.size());
  if (columns.split < row.fields.size() && !split_of(row.fields[columns.split]))
    return fmt::format("unknown split (got \"{}\", expected train, validation or test)", row.fields[columns.split]);
  return "";
}

// Labels become classes: numbers where all of them are small ones, else names in order.
void name_classes(PictureFiles& files, const std::vector<Line>& lines) {
  std::map<std::string, int32_t> names;
  bool numbers = true;
  int64_t most = 0;
  for (const Line& line : lines) {
    names[line.label];
    const auto number = whole_number(line.label);
    numbers = numbers && number && *number < kMaxNumber;
    most = std::max(most, number.value_or(0));
  }
  if (!numbers) {
    for (auto& [name, label] : names) {
      label = static_cast<int32_t>(files.class_names.size());
      files.class_names.push_back(name);
    }
  }
  files.numbered = numbers;
  files.classes = numbers ? most + 1 : static_cast<int64_t>(names.size());
  if (files.classes > kMaxClasses)
    throw file_error(files.name, "there are too many classes (got {}, expected at most {})", files.classes,
                     kMaxClasses);
  for (const Line& line : lines)
    files.files.push_back(
        {line.path, numbers ? static_cast<int32_t>(*whole_number(line.label)) : names[line.label], line.split});
}

}  // namespace

PictureFiles read_manifest(const std::string& path) {
  const std::vector<CsvRow> rows = parse_csv(read_file(path, kMaxManifest), path);
  if (rows.empty()) throw file_error(path, "holds no lines (expected path,label[,split])");
  const Columns columns = columns_of(rows.front());
  const size_t slash = path.rfind('/');
  PictureFiles files;
  files.name = data_name(path);
  files.tree = open_folder(slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash));
  std::vector<Line> lines;
  for (size_t i = columns.named ? 1 : 0; i < rows.size(); ++i) {
    const CsvRow& row = rows[i];
    if (const std::string what = problem(row, columns); !what.empty()) {
      files.broken.push_back({fmt::format("{}: line {}", path, row.line), what});
      continue;
    }
    const std::string split = columns.split < row.fields.size() ? row.fields[columns.split] : "";
    lines.push_back({row.fields[columns.path], row.fields[columns.label], *split_of(split)});
  }
  if (lines.empty())
    throw file_error(files.broken.empty() ? path : files.broken.front().where, "{}",
                     files.broken.empty() ? "names no pictures" : files.broken.front().what);
  name_classes(files, lines);
  return files;
}

}  // namespace fovea
