// A data set as training and evaluation see it: three splits of pictures, and the names of its classes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fovea/data/pictures.h"

namespace fovea {

enum class SplitKind { train, validation, test };
std::string_view to_string(SplitKind kind);
SplitKind parse_split_kind(const std::string& text, const std::string& where);  // throws naming the three

enum class CutRule { stratified, tail };

struct DataOptions {
  // The share of the training pictures that validates, 0 for none. Unset: a tenth, or nothing of data so small that it
  // rounds to none.
  std::optional<double> validation_split = std::nullopt;
  CutRule validation_split_mode = CutRule::stratified;
  uint64_t split_seed = 0;
  bool validation_is_test = false;  // the test split validates, all of train trains
  std::vector<std::string> class_names = {};
  // Files that are not wanted are not read; their splits are empty.
  bool load_train = true, load_test = true;
};

struct Dataset {
  std::string name;
  std::vector<std::string> class_names;  // empty, or one a class
  int64_t classes = 0;
  Split train, validation, test;
  std::string hash;  // xxh64 of what was loaded, in hex: shapes, pictures, labels, of train and then test

  const Split& split(SplitKind kind) const;
  Shape picture_shape() const { return train.empty() ? test.picture_shape() : train.picture_shape(); }
  DType dtype() const { return train.empty() ? test.dtype() : train.dtype(); }
  std::string class_name(int64_t index) const;  // its number where there are no names
};

// The data sets that have a name.
const std::vector<std::string>& dataset_names();

// `spec` is what --data takes: NAME, NAME:DIR or FILE.npz. Files are known by their content, not by their names.
Dataset open_dataset(const std::string& spec, const DataOptions& options = {});

}  // namespace fovea
