// --data and what goes with it: which data set, how it is cut, how its pictures are prepared.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/console.h"
#include "app/option_table.h"
#include "fovea/data/dataset.h"
#include "fovea/data/resizing.h"
#include "fovea/model/model.h"

namespace fovea::app {

// H or H,W; nothing where the text is empty. Throws Error (usage).
std::optional<PictureSize> parse_picture_size(const std::string& text, const std::string& option);

struct DataArguments {
  std::string data = "fashion-mnist";
  std::string class_names;  // A,B,… or a file of lines
  std::optional<double> validation_split = {};
  std::string validation_split_mode = "stratified";
  uint64_t split_seed = 0;
  std::string validation = "split";  // or "test"
  std::string image_size;            // H[,W]
  bool strict = false, scaled_decoding = false;
  std::string cache = "auto";

  std::optional<PictureSize> size() const;  // throws Error (usage)
};

// --data, --class-names, how picture files are read and how the validation split is cut.
void add_data_options(OptionTable& table, DataArguments& arguments);

struct PictureArguments {
  std::string preprocess;  // empty: the model's own
  std::string resize, interpolation;  // likewise
};

// --resize, --interpolation.
void add_resize_options(OptionTable& table, PictureArguments& arguments);
// These, and --preprocess.
void add_picture_options(OptionTable& table, PictureArguments& arguments);

// What the user said, else what the model was trained with, else Keras's bilinear stretch.
Resizing choose_resizing(const PictureArguments& arguments, const Model* model = nullptr);

struct SplitsWanted {
  bool train = true, test = true;
};

// What pictures in files are read for.
struct PictureUse {
  const Model* model = nullptr;  // its input's shape is theirs; null: not known yet, or none
  Resizing resizing = {};
  int threads = 0;
};

// Throws Error where the data set cannot be had, or --image-size is not what the model takes.
Dataset open_data(const DataArguments& arguments, SplitsWanted wanted = {}, const PictureUse& use = {});
// How a data set is opened, where that is not the opener's to say.
using OpenData = std::function<Dataset(const DataArguments&, const PictureUse&)>;
// A split that has pictures; throws Error (usage) naming `where` for one that has none.
const Split& wanted_split(const Dataset& dataset, SplitKind kind, const std::string& where);
// What is amiss with it, as warnings: files that were left out, the same pictures in several splits.
void warn_of(const Dataset& dataset, const Console& console);
DataOptions data_options(const DataArguments& arguments);

// "A,B,C", or the lines of a file.
std::vector<std::string> read_class_names(const std::string& text);

}  // namespace fovea::app
