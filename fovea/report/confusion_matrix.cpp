#include "fovea/report/confusion_matrix.h"

#include <string_view>

#include "fovea/base/error.h"
#include "fovea/report/text.h"

namespace fovea {
namespace {

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

ConfusionMatrix::ConfusionMatrix(int classes, std::vector<std::string> names) : names_(std::move(names)) {
  assert(classes > 0 && "a confusion matrix has classes");
  if (names_.empty())
    for (int i = 0; i < classes; ++i) names_.push_back(std::to_string(i));
  if (names_.size() != static_cast<size_t>(classes))
    throw usage_error("class names", "one name for each class is needed (got {} names, expected {})", names_.size(),
                      classes);
  for (std::string& name : names_) name = valid_utf8(name);
  counts_.assign(names_.size() * names_.size(), 0);
}

void ConfusionMatrix::add(std::span<const int32_t> truth, std::span<const int32_t> predicted) {
  assert(truth.size() == predicted.size() && "as many true labels as predicted ones");
  for (size_t i = 0; i < truth.size(); ++i) add(truth[i], predicted[i]);
}

int64_t ConfusionMatrix::total() const {
  int64_t sum = 0;
  for (const int64_t count : counts_) sum += count;
  return sum;
}

int64_t ConfusionMatrix::correct() const {
  int64_t sum = 0;
  for (int i = 0; i < classes(); ++i) sum += count(i, i);
  return sum;
}

int64_t ConfusionMatrix::true_total(int truth) const {
  int64_t sum = 0;
  for (int i = 0; i < classes(); ++i) sum += count(truth, i);
  return sum;
}

int64_t ConfusionMatrix::predicted_total(int predicted) const {
  int64_t sum = 0;
  for (int i = 0; i < classes(); ++i) sum += count(i, predicted);
  return sum;
}

Json ConfusionMatrix::json() const {
  Json rows = Json::array();
  for (int i = 0; i < classes(); ++i) {
    Json row = Json::array();
    for (int j = 0; j < classes(); ++j) row.push_back(count(i, j));
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string confusion_matrix_csv(const ConfusionMatrix& matrix) {
  std::string csv = "true \\ predicted";
  for (const std::string& name : matrix.names()) csv += ',' + csv_field(name);
  csv += '\n';
  for (int i = 0; i < matrix.classes(); ++i) {
    csv += csv_field(matrix.name(i));
    for (int j = 0; j < matrix.classes(); ++j) csv += ',' + std::to_string(matrix.count(i, j));
    csv += '\n';
  }
  return csv;
}

}  // namespace fovea
