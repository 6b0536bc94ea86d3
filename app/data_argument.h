// --data and what goes with it: which data set, how it is cut, how its pictures are prepared.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/option_table.h"
#include "fovea/data/dataset.h"
#include "fovea/data/fit_picture.h"

namespace fovea::app {

struct DataArguments {
  std::string data = "fashion-mnist";
  std::string class_names;  // A,B,… or a file of lines
  std::optional<double> validation_split = {};
  std::string validation_split_mode = "stratified";
  uint64_t split_seed = 0;
  std::string validation = "split";  // or "test"
};

// --data, --class-names and how the validation split is cut.
void add_data_options(OptionTable& table, DataArguments& arguments);

struct PictureArguments {
  std::string preprocess;  // empty: the model's own
  std::string resize = "stretch";
};

// --preprocess, --resize.
void add_picture_options(OptionTable& table, PictureArguments& arguments);

struct SplitsWanted {
  bool train = true, test = true;
};

// Throws Error where the data set cannot be had.
Dataset open_data(const DataArguments& arguments, SplitsWanted wanted = {});
DataOptions data_options(const DataArguments& arguments);

// "A,B,C", or the lines of a file.
std::vector<std::string> read_class_names(const std::string& text);

}  // namespace fovea::app
