// Data sets as numpy archives, named as keras.datasets names them.
#include <algorithm>
#include <cmath>

#include "fovea/base/error.h"
#include "fovea/data/labels.h"
#include "fovea/data/source.h"
#include "fovea/formats/npz.h"

namespace fovea {
namespace {

// (N, h, w) or (N, h, w, c) of uint8 or finite floats, as (N, h, w, c) of uint8 or float32.
Array read_pixels(const Npz& npz, const std::string& name) {
  const std::string where = npz.where() + ": " + name;
  const NpyHeader header = npz.header(name);
  const Shape& shape = header.shape;
  if (header.dtype != DType::u8 && header.dtype != DType::f32 && header.dtype != DType::f64)
    throw file_error(where, "pictures of this type cannot be read (got {}, expected uint8, float32 or float64)",
                     to_string(header.dtype));
  if (shape.rank() != 3 && shape.rank() != 4)
    throw file_error(where, "no pictures (got shape {}, expected (N, height, width) or (N, height, width, channels))",
                     to_string(shape));
  if (shape.elements() == 0) throw file_error(where, "there are no pictures (got shape {})", to_string(shape));
  if (shape[0] > INT32_MAX)
    throw file_error(where, "too many pictures (got {}, expected at most {})", shape[0], INT32_MAX);
  Array pixels = npz.read(name);
  if (pixels.dtype() == DType::f64) {
    Array floats(DType::f32, shape);
    const auto src = pixels.values<double>();
    std::transform(src.begin(), src.end(), floats.values<float>().begin(), [](double x) { return static_cast<float>(x); });
    pixels = std::move(floats);
  }
  if (shape.rank() == 3) pixels.reshape({shape[0], shape[1], shape[2], 1});
  if (pixels.dtype() == DType::f32) {
    const auto values = pixels.values<float>();
    const auto bad = std::find_if(values.begin(), values.end(), [](float value) { return !std::isfinite(value); });
    if (bad != values.end()) {
      const Shape& s = pixels.shape();
      const int64_t at = bad - values.begin(), row = s[2] * s[3], picture = s[1] * row;
      throw file_error(where, "picture {} holds a number that is not finite (got {} at row {}, column {}, channel {})",
                       at / picture, *bad, at % picture / row, at % row / s[3], at % s[3]);
    }
  }
  return pixels;
}

std::shared_ptr<const Pictures> pair(const Npz& npz, const std::string& part, Labels labels) {
  Array pixels = read_pixels(npz, "x_" + part);
  if (pixels.shape()[0] != static_cast<int64_t>(labels.values.size()))
    throw file_error(npz.where() + ": y_" + part, "there are not as many labels as pictures (got {}, expected {})",
                     labels.values.size(), pixels.shape()[0]);
  return std::make_shared<Pictures>(std::move(pixels), std::move(labels.values));
}

}  // namespace

Source read_npz(const std::string& path, const std::vector<std::string>& class_names, Wanted wanted) {
  const Npz npz(path);
  const bool has_train = npz.contains("x_train"), has_test = npz.contains("x_test");
  if (wanted.train ? !has_train : !has_test) npz.header(wanted.train ? "x_train" : "x_test");  // says what there is
  // The labels of both parts are read whatever is wanted: classes are counted over both.
  Labels train, test;
  if (wanted.train || npz.contains("y_train")) train = parse_labels(npz.read("y_train"), path + ": y_train");
  if ((wanted.test && has_test) || npz.contains("y_test")) test = parse_labels(npz.read("y_test"), path + ": y_test");

  Source source;
  source.name = path.substr(path.find_last_of('/') + 1);
  if (source.name.ends_with(".npz")) source.name.resize(source.name.size() - 4);
  source.class_names = class_names;
  source.classes =
      std::max({train.one_hot_classes, test.one_hot_classes, train.counted_classes(), test.counted_classes()});
  for (const auto& [labels, name] : {std::pair(&train, ": y_train"), std::pair(&test, ": y_test")}) {
    const int64_t expected = class_names.empty() ? std::max(train.one_hot_classes, test.one_hot_classes)
                                                 : static_cast<int64_t>(class_names.size());
    if (expected == 0) continue;
    if (labels->one_hot_classes != 0 && labels->one_hot_classes != expected)
      throw file_error(path + name, "another number of one-hot classes (got {}, expected {})", labels->one_hot_classes,
                       expected);
    check_labels(labels->values, expected, path + name);
    source.classes = expected;
  }
  if (wanted.train) source.train = pair(npz, "train", std::move(train));
  if (wanted.test && has_test) source.test = pair(npz, "test", std::move(test));
  return source;
}

}  // namespace fovea
