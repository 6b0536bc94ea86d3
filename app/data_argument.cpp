#include "app/data_argument.h"

#include <charconv>

#include "app/numbers.h"
#include "fovea/base/error.h"
#include "fovea/base/file.h"
#include "fovea/data/duplicates.h"
#include "fovea/train/model_preprocess.h"

namespace fovea::app {
namespace {

constexpr int64_t kMaxSide = 65'535;
constexpr uint64_t kMaxNames = uint64_t{16} << 20;

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

}  // namespace

void add_data_options(OptionTable& table, DataArguments& arguments) {
  table.section("Data");
  table.add("--data", arguments.data,
            {.value = "DATA",
             .help = "fashion-mnist, mnist, cifar10 or cifar100 (each also NAME:DIR); a folder with one folder of pictures a "
                     "class, or train, val and test of such, also in a zip or tar.gz; FILE.csv of path,label[,split]; "
                     "FILE.npz"});
  table.add("--image-size", arguments.image_size,
            {.value = "H[,W]",
             .help = "what pictures are brought to",
             .none = "the model's where it is fixed, else the pictures' own where all are alike, else 128"});
  table.add("--strict", arguments.strict, {.help = "refuse data with broken files instead of leaving these out"});
  table.add("--scaled-decoding", arguments.scaled_decoding,
            {.help = "decode large JPEGs at 1/2, 1/4 or 1/8 where twice the wanted size is left: faster, smoother, not "
                     "Keras's numbers"});
  table.add("--cache", arguments.cache,
            {.value = "WHERE",
             .help = "where decoded pictures of files are kept: in memory; on disk, where the next run finds them (in "
                     "FOVEA_CACHE_DIR, else ~/.cache/fovea); auto: on disk if they take more than half of the free memory",
             .choices = {"auto", "memory", "disk"}});
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

void add_resize_options(OptionTable& table, PictureArguments& arguments) {
  table.add("--resize", arguments.resize,
            {.value = "HOW",
             .help = "how pictures of another shape are brought to size",
             .none = "the model's own, else stretch",
             .choices = resize_names()});
  table.add("--interpolation", arguments.interpolation,
            {.value = "RULE",
             .help = "how pixels are computed: bilinear and nearest as Keras, the others as Pillow",
             .none = "the model's own, else bilinear",
             .choices = interpolation_names()});
}

void add_picture_options(OptionTable& table, PictureArguments& arguments) {
  table.section("Pictures");
  table.add("--preprocess", arguments.preprocess,
            {.value = "RULE",
             .help = "what is done to 0…255 before the first layer; float32 pictures are taken as they are",
             .none = "the model's own, else unit: x/255",
             .choices = {"none", "unit", "caffe", "tf", "torch"}});
  add_resize_options(table, arguments);
}

Resizing choose_resizing(const PictureArguments& arguments, const Model* model) {
  const auto chosen = [&](const std::string& said, std::string ModelInfo::*recorded) {
    return said.empty() && model != nullptr ? model->info.*recorded : said;
  };
  Resizing resizing = model == nullptr ? Resizing() : usual_resizing(*model);
  if (const std::string how = chosen(arguments.resize, &ModelInfo::resize); !how.empty())
    resizing.resize = parse_resize(how, "--resize");
  if (const std::string by = chosen(arguments.interpolation, &ModelInfo::interpolation); !by.empty())
    resizing.interpolation = parse_interpolation(by, "--interpolation");
  return resizing;
}

std::optional<PictureSize> parse_picture_size(const std::string& text, const std::string& option) {
  if (text.empty()) return std::nullopt;
  PictureSize size;
  const char *at = text.data(), *end = at + text.size();
  const auto number = [&](int64_t& value) {
    const auto [stop, code] = std::from_chars(at, end, value);
    at = stop;
    return code == std::errc() && value >= 1 && value <= kMaxSide;
  };
  bool good = number(size.height);
  size.width = size.height;
  if (good && at != end) good = *at++ == ',' && number(size.width);
  if (!good || at != end)
    throw usage_error(option, "is no size (got \"{}\", expected H or H,W, each from 1 to {})", text, kMaxSide);
  return size;
}

std::optional<PictureSize> DataArguments::size() const { return parse_picture_size(image_size, "--image-size"); }

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

Dataset open_data(const DataArguments& arguments, SplitsWanted wanted, const PictureUse& use) {
  DataOptions options = data_options(arguments);
  options.load_train = wanted.train;
  options.load_test = wanted.test;
  options.pictures = {.size = arguments.size(),
                      .channels = {},
                      .resizing = use.resizing,
                      .scaled_decoding = arguments.scaled_decoding,
                      .strict = arguments.strict,
                      .threads = use.threads,
                      .cache = parse_picture_cache(arguments.cache, "--cache")};
  if (use.model != nullptr && use.model->input_shape().rank() == 3) {
    const Shape& shape = use.model->input_shape();
    const PictureSize fixed{shape[0], shape[1]};
    if (options.pictures.size.value_or(fixed) != fixed)
      throw usage_error("--image-size", "is not what the model takes (got {}, expected {},{})", arguments.image_size,
                        fixed.height, fixed.width);
    options.pictures.size = fixed;
    if (shape[2] == 1 || shape[2] == 3) options.pictures.channels = shape[2];
  }
  return open_dataset(arguments.data, options);
}

const Split& wanted_split(const Dataset& dataset, SplitKind kind, const std::string& where) {
  const Split& split = dataset.split(kind);
  if (split.empty()) throw usage_error(where, "{} has no {} pictures", dataset.name, to_string(kind));
  return split;
}

void warn_of(const Dataset& dataset, const Console& console) {
  for (const std::string& note : dataset.notes) console.note("{}", note);
  constexpr size_t kShown = 10;
  const size_t broken = dataset.broken.size();
  for (size_t i = 0; i < broken; ++i) {
    const std::string line = dataset.broken[i].where + ": " + dataset.broken[i].what;
    if (i < kShown) console.note("left out: {}", line);
    else console.detail("left out: {}", line);
  }
  if (broken > 0) {
    const int64_t read = dataset.train.size() + dataset.validation.size() + dataset.test.size();
    console.note("{} of {} files cannot be read and {} left out", grouped(static_cast<int64_t>(broken)),
                 grouped(static_cast<int64_t>(broken) + read), broken == 1 ? "is" : "are");
  }
  for (const Leak& leak : find_leaks(dataset)) console.note("{}", leak.line());
}

namespace {

// Teachable Machine's labels.txt has each name behind its number: "0 cat".
std::vector<std::string> without_numbers(std::vector<std::string> names) {
  for (size_t i = 0; i < names.size(); ++i)
    if (!names[i].starts_with(std::to_string(i) + " ")) return names;
  for (size_t i = 0; i < names.size(); ++i) names[i].erase(0, std::to_string(i).size() + 1);
  return names;
}

}  // namespace

std::vector<std::string> read_class_names(const std::string& text) {
  if (!file_exists(text)) {
    // One word that looks like a path is no list of one name.
    if (text.find(',') == std::string::npos && text.find_first_of("./") != std::string::npos)
      throw file_error(text, "there is no such file (expected names as A,B,… or a file with one a line)");
    return split_at_commas(text);
  }
  std::vector<std::string> names = lines_of(read_file(text, kMaxNames));
  while (!names.empty() && names.back().empty()) names.pop_back();
  if (names.empty()) throw file_error(text, "holds no names (expected one a line)");
  return without_numbers(std::move(names));
}

}  // namespace fovea::app
