// MODEL, as every command takes it: a name, an architecture, a model's file, a run folder.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "app/console.h"
#include "app/data_argument.h"
#include "app/option_table.h"
#include "app/options.h"
#include "fovea/data/dataset.h"
#include "fovea/io/any_file.h"
#include "fovea/model/model.h"

namespace fovea::app {

struct ModelArguments {
  std::string model;
  std::string architecture;  // of a file of weights alone
  std::string weights;       // a file whose weights the model takes; imagenet or random
  bool by_name = false;      // only layers of the same names take them
  std::string head;          // layers behind the model without its top; empty: the model as it is
  std::string output;        // of a model of several
};

// MODEL, and with `weights` --weights and --by-name, beside what says more of it.
void add_model_argument(OptionTable& table, ModelArguments& arguments);
void add_model_options(OptionTable& table, ModelArguments& arguments);

struct OpenedModel {
  Model model;
  std::string stem;             // what runs of it are named after
  bool trained = false;         // its weights come from a file
  bool sized = false;           // made for the pictures and classes of the data
  KerasTraining training = {};  // of a Keras file
};

// What an architecture takes its sizes from, where it leaves them open.
struct ModelSizes {
  std::optional<Shape> picture_shape = {};
  std::optional<int64_t> classes = {};

  // Of pictures as they are, or as they will be brought to size.
  static ModelSizes of(const Dataset& dataset, const std::optional<PictureSize>& size = {}) {
    Shape shape = dataset.picture_shape();
    if (size) shape = {size->height, size->width, shape[2]};
    return {shape, dataset.classes};
  }
  // Of data for a command that needs nothing else of them, where there are any, and of --image-size.
  static ModelSizes of(const DataArguments& data);
};

// Pretrained families by name take pictures of their own size, also where those of the data are smaller: that becomes the
// data's --image-size, unless the user said another.
void settle_picture_size(const ModelArguments& model, DataArguments& data);

// What data say of sizes; of the model, if there is one, only the classes are still open.
using AskSizes = std::function<ModelSizes(const Model* model)>;

// Throws Error: (usage) where nothing is called so, (file) where what is called so is no model. `sizes` is asked only for
// what leaves them open: a name, an architecture, a new head. What is wrong with a name is known before.
OpenedModel open_model(const ModelArguments& arguments, uint64_t seed, const AskSizes& sizes, const Console& console);

// A model, and a data set as it takes it: whichever is known first says what the other's sizes are. A model that is no name
// comes first: what is wrong with it is known before a data set is read.
struct ModelAndData {
  OpenedModel opened;
  Dataset dataset;
};
ModelAndData open_model_and_data(const ModelArguments& model, DataArguments data, const PictureArguments& pictures, const CommonOptions& common,
                                 const Console& console, const OpenData& open);

// Says so of random weights, where only trained ones make sense.
void warn_if_untrained(const OpenedModel& opened, const ModelArguments& arguments, uint64_t seed, const Console& console);

}  // namespace fovea::app
