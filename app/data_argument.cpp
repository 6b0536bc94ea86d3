#include "app/data_argument.h"

#include "fovea/base/error.h"
#include "fovea/base/file.h"

namespace fovea::app {
namespace {

constexpr uint64_t kMaxNames = uint64_t{16} << 20;

std::vector<std::string> split_at(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

}  // namespace

void add_data_options(OptionTable& table, DataArguments& arguments) {
  table.section("Data");
  table.add("--data", arguments.data,
            {.value = "DATA", .help = "fashion-mnist, mnist or cifar10 (each also NAME:DIR), or FILE.npz"});
  table.add(
      "--class-names", arguments.class_names,
      {.value = "A,B,…|FILE", .help = "names of the classes, or a file with one a line", .none = "the data set's"});
  table.add("--validation-split", arguments.validation_split,
            {.value = "F",
             .help = "share of the training pictures that validates, 0 for none",
             .none = "0.1",
             .least = 0,
             .most = 1,
             .below_most = true});
  table.add("--validation-split-mode", arguments.validation_split_mode,
            {.value = "MODE",
             .help = "the same share of every class, or the last pictures as Keras takes them",
             .choices = {"stratified", "tail"}});
  table.add("--split-seed", arguments.split_seed, {.value = "N", .help = "chooses the pictures that validate"});
  table.add(
      "--validation", arguments.validation,
      {.value = "WHICH", .help = "validate on a part of train, or on the test split", .choices = {"split", "test"}});
}

void add_picture_options(OptionTable& table, PictureArguments& arguments) {
  table.section("Pictures");
  table.add("--preprocess", arguments.preprocess,
            {.value = "RULE",
             .help = "what is done to 0…255 before the first layer; float32 pictures are taken as they are",
             .none = "the model's own, else unit: x/255",
             .choices = {"none", "unit", "caffe", "tf", "torch"}});
  table.add("--resize", arguments.resize,
            {.value = "HOW",
             .help = "how pictures of another shape are brought to size",
             .choices = {"stretch", "crop", "pad"}});
}

DataOptions data_options(const DataArguments& arguments) {
  DataOptions options = {
      .validation_split = arguments.validation_split,
      .validation_split_mode = arguments.validation_split_mode == "tail" ? CutRule::tail : CutRule::stratified,
      .split_seed = arguments.split_seed,
      .validation_is_test = arguments.validation == "test",
  };
  if (options.validation_is_test && options.validation_split.value_or(0) > 0)
    throw usage_error("--validation-split", "does not go with --validation test (got {})", *options.validation_split);
  if (!arguments.class_names.empty()) options.class_names = read_class_names(arguments.class_names);
  return options;
}

Dataset open_data(const DataArguments& arguments, SplitsWanted wanted) {
  DataOptions options = data_options(arguments);
  options.load_train = wanted.train;
  options.load_test = wanted.test;
  return open_dataset(arguments.data, options);
}

std::vector<std::string> read_class_names(const std::string& text) {
  if (!file_exists(text)) {
    // One word that looks like a path is no list of one name.
    if (text.find(',') == std::string::npos && text.find_first_of("./") != std::string::npos)
      throw file_error(text, "there is no such file (expected names as A,B,… or a file with one a line)");
    return split_at(text, ',');
  }
  std::string lines = read_file(text, kMaxNames);
  while (!lines.empty() && (lines.back() == '\n' || lines.back() == '\r')) lines.pop_back();
  std::vector<std::string> names = split_at(lines, '\n');
  for (std::string& name : names)
    if (!name.empty() && name.back() == '\r') name.pop_back();
  return names;
}

}  // namespace fovea::app
