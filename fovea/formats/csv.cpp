#include "fovea/formats/csv.h"

#include "fovea/base/error.h"
#include "fovea/base/file.h"

namespace fovea {
namespace {

class Parser {
 public:
  Parser(std::string_view text, const std::string& where) : text_(text), where_(where) {
    if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
  }

  std::vector<CsvRow> rows() {
    std::vector<CsvRow> all;
    while (at_ < text_.size()) {
      CsvRow row{.line = line_, .fields = {}};
      row.fields.push_back(field());
      while (at_ < text_.size() && text_[at_] == ',') {
        ++at_;
        row.fields.push_back(field());
      }
      end_of_line();
      if (row.fields.size() > 1 || !row.fields[0].empty()) all.push_back(std::move(row));
    }
    return all;
  }

 private:
  static bool ends(char c) { return c == ',' || c == '\n' || c == '\r'; }

  std::string field() {
    std::string value;
    if (at_ == text_.size() || text_[at_] != '"') {
      while (at_ < text_.size() && !ends(text_[at_])) value += text_[at_++];
      return value;
    }
    const int64_t begin = line_;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        if (at_ + 1 == text_.size() || text_[at_ + 1] != '"') break;
        ++at_;
      }
      if (text_[at_] == '\n') ++line_;
      value += text_[at_];
    }
    if (at_ == text_.size()) throw file_error(where_, "line {}: a quote is not closed", begin);
    ++at_;
    if (at_ < text_.size() && !ends(text_[at_]))
      throw file_error(where_, "line {}: text behind a closing quote", line_);
    return value;
  }

  void end_of_line() {
    if (at_ == text_.size()) return;
    if (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') ++at_;
    ++at_;
    ++line_;
  }

  std::string_view text_;
  const std::string& where_;
  size_t at_ = 0;
  int64_t line_ = 1;
};

}  // namespace

std::vector<CsvRow> parse_csv(std::string_view text, const std::string& where) { return Parser(text, where).rows(); }

}  // namespace fovea
