#include "fovea/data/labels.h"

#include <algorithm>
#include <cmath>

#include "fovea/base/error.h"

namespace fovea {
namespace {

// Reads number i of an array of any type that files have; float16 is not one that labels come in.
double number(const Array& array, size_t i, const std::string& where) {
  switch (array.dtype()) {
    case DType::u8:
      return array.values<uint8_t>()[i];
    case DType::i8:
      return array.values<int8_t>()[i];
    case DType::i32:
      return array.values<int32_t>()[i];
    case DType::i64:
      return static_cast<double>(array.values<int64_t>()[i]);
    case DType::f32:
      return static_cast<double>(array.values<float>()[i]);
    case DType::f64:
      return array.values<double>()[i];
    case DType::f16:
    case DType::bf16:
      break;
  }
  throw file_error(where, "labels of type {} cannot be read (expected integers)", to_string(array.dtype()));
}

std::vector<int32_t> parse_integers(const Array& array, const std::string& where) {
  std::vector<int32_t> values(static_cast<size_t>(array.elements()));
  for (size_t i = 0; i < values.size(); ++i) {
    const double value = number(array, i, where);
    if (!(value >= 0 && value < static_cast<double>(kMaxClasses)) || value != std::floor(value))
      throw file_error(where, "label of picture {} is no class (got {}, expected a whole number from 0 on)", i, value);
    values[i] = static_cast<int32_t>(value);
  }
  return values;
}

std::vector<int32_t> parse_one_hot(const Array& array, const std::string& where) {
  const auto classes = static_cast<size_t>(array.shape()[1]);
  std::vector<int32_t> values(static_cast<size_t>(array.shape()[0]));
  for (size_t i = 0; i < values.size(); ++i) {
    int ones = 0, others = 0;
    for (size_t c = 0; c < classes; ++c) {
      const double value = number(array, i * classes + c, where);
      if (value == 1) {
        ++ones;
        values[i] = static_cast<int32_t>(c);
      } else if (value != 0) {
        ++others;
      }
    }
    if (ones != 1 || others != 0)
      throw file_error(where, "row {} is not one-hot (got {} ones and {} other numbers than 0 and 1, expected one 1)",
                       i, ones, others);
  }
  return values;
}

}  // namespace

int64_t Labels::counted_classes() const {
  return values.empty() ? 0 : int64_t{*std::max_element(values.begin(), values.end())} + 1;
}

Labels parse_labels(const Array& array, const std::string& where) {
  const Shape& shape = array.shape();
  if (shape.rank() == 1 || (shape.rank() == 2 && shape[1] == 1)) return {parse_integers(array, where), 0};
  if (shape.rank() != 2 || shape[1] < 1 || shape[1] > kMaxClasses)
    throw file_error(where,
                     "labels of this shape cannot be read (got {}, expected (N,), (N, 1) or one-hot (N, classes))",
                     to_string(shape));
  return {parse_one_hot(array, where), shape[1]};
}

void check_labels(const std::vector<int32_t>& labels, int64_t classes, const std::string& where) {
  for (size_t i = 0; i < labels.size(); ++i)
    if (labels[i] < 0 || labels[i] >= classes)
      throw file_error(where, "label of picture {} is outside the classes (got {}, expected 0 to {})", i, labels[i],
                       classes - 1);
}

}  // namespace fovea
