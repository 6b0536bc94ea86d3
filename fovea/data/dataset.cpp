#include "fovea/data/dataset.h"

#include <xxhash.h>

#include <algorithm>
#include <cmath>

#include "fovea/base/error.h"
#include "fovea/base/file.h"
#include "fovea/base/names.h"
#include "fovea/data/cut.h"
#include "fovea/data/load_pictures.h"
#include "fovea/data/source.h"
#include "fovea/formats/archive.h"

namespace fovea {
namespace {

constexpr double kDefaultShare = 0.1;

struct NamedReader {
  const char* name;
  Source (*read)(const std::optional<std::string>& folder, Wanted wanted);
};
constexpr NamedReader kReaders[] = {
    {"fashion-mnist", read_fashion_mnist}, {"mnist", read_mnist}, {"cifar10", read_cifar10}, {"cifar100", read_cifar100}};

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

Source read_files(PictureFiles files, const DataOptions& options, Wanted wanted) {
  make_names_readable(files);
  order_classes(files, options.class_names);
  return load_pictures(files, options.pictures, wanted);
}

// A zip archive holds arrays (npz) or pictures.
bool holds_arrays(const std::string& archive) {
  for (ArchiveReader reader(archive); reader.next();)
    if (reader.is_file()) return reader.name().ends_with(".npy");
  return false;
}

Source read_file_of(const std::string& path, const DataOptions& options, Wanted wanted) {
  std::vector<uint8_t> beginning(kArchivePrefix);
  beginning.resize(FileReader(path).read(beginning));
  if (is_archive(beginning) && !holds_arrays(path))
    return read_files(list_class_folders(open_archive(path)), options, wanted);
  if (path.ends_with(".csv")) return read_files(read_manifest(path), options, wanted);
  return read_npz(path, options.class_names, wanted);
}

Source read_source(const std::string& spec, const DataOptions& options, Wanted wanted) {
  const size_t colon = spec.find(':');
  const std::string name = spec.substr(0, colon);
  for (const NamedReader& reader : kReaders) {
    if (name != reader.name) continue;
    std::optional<std::string> folder;
    if (colon != std::string::npos) folder = spec.substr(colon + 1);
    if (folder && folder->empty()) throw usage_error(spec, "no folder after the colon (expected {}:DIR)", name);
    return reader.read(folder, wanted);
  }
  if (folder_exists(spec)) return read_files(list_class_folders(open_folder(spec)), options, wanted);
  if (file_exists(spec)) return read_file_of(spec, options, wanted);
  const bool misspelt = colon != std::string::npos && !nearest_names(name, dataset_names()).empty();
  if (!misspelt && (spec.find('/') != std::string::npos || spec.find('.') != std::string::npos))
    throw file_error(spec, "there is no such file or folder");
  throw usage_error("data", "unknown data set \"{}\"{} (expected {}, a folder of pictures, FILE.csv, FILE.npz or an archive)", spec,
                    did_you_mean(name, dataset_names()), joined(dataset_names(), ", "));
}

void name_classes(Source& source, const std::vector<std::string>& names) {
  if (names.empty()) return;
  if (static_cast<int64_t>(names.size()) != source.classes)
    throw usage_error("class names", "not as many as {} has classes (got {}, expected {})", source.name, names.size(),
                      source.classes);
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) throw usage_error("class names", "class {} has no name (got \"\")", i);
    if (std::count(names.begin(), names.end(), names[i]) > 1)
      throw usage_error("class names", "two classes have the same name (got \"{}\" twice)", names[i]);
  }
  source.class_names = names;
}

// Arrays come as they are; pictures in files were made alike.
void check_alike(const Source& source) {
  if (!source.train || !source.test) return;
  if (!(source.train->shape() == source.test->shape()) || source.train->dtype() != source.test->dtype())
    throw file_error(source.name, "the test pictures are unlike the training pictures (got {} {}, expected {} {})",
                     to_string(source.test->dtype()), to_string(source.test->shape()), to_string(source.train->dtype()),
                     to_string(source.train->shape()));
}

// Cuts the validation split out of train, or leaves it empty.
void cut_train(Dataset& dataset, const std::shared_ptr<const Pictures>& pictures, bool files,
               const DataOptions& options) {
  const double share = options.validation_split.value_or(kDefaultShare);
  // Of n pictures Keras's fit(validation_split) leaves floor(n * (1 - share)) to train on, while its
  // image_dataset_from_directory takes floor(n * share) to validate.
  const auto n = static_cast<double>(pictures->size());
  const double tail = files ? std::floor(n * share) : n - std::floor(n * (1 - share));
  Cut cut = options.validation_split_mode == CutRule::tail
                ? cut_tail(pictures->size(), static_cast<int64_t>(tail))
                : cut_stratified(pictures->labels(), dataset.classes, share, options.split_seed);
  if (options.validation_split && share > 0 && (cut.train.empty() || cut.validation.empty()))
    throw usage_error("validation split", "a share of {} of {} pictures leaves none for {}", share, pictures->size(),
                      cut.train.empty() ? "training" : "validation");
  dataset.train = Split(pictures, std::move(cut.train));
  if (!cut.validation.empty()) dataset.validation = Split(pictures, std::move(cut.validation));
}

std::string hash_of(const Source& source) {
  XXH64_state_t* state = XXH64_createState();
  XXH64_reset(state, 0);
  for (const auto& pictures : {source.train, source.validation, source.test}) {
    if (!pictures) continue;
    const Shape& shape = pictures->shape();
    const std::string kind = fmt::format("{} {} ", to_string(pictures->dtype()),
                                         to_string(Shape{pictures->size(), shape[0], shape[1], shape[2]}));
    XXH64_update(state, kind.data(), kind.size());
    for (int64_t i = 0; i < pictures->size(); ++i) {
      const PictureHash hash = source.files ? pictures->hash(i) : PictureHash();
      const Bytes bytes = source.files ? Bytes(reinterpret_cast<const uint8_t*>(&hash.low), sizeof hash.low) : pictures->numbers(i);
      XXH64_update(state, bytes.data(), bytes.size());
    }
    XXH64_update(state, pictures->labels().data(), pictures->labels().size() * sizeof(int32_t));
  }
  const XXH64_hash_t hash = XXH64_digest(state);
  XXH64_freeState(state);
  return fmt::format("{:016x}", hash);
}

std::string cut_of(const Dataset& dataset, const DataOptions& options) {
  std::vector<int64_t> cut = {options.validation_is_test, dataset.has_own_validation && !options.validation_split};
  for (const SplitKind kind : kSplitKinds) {
    const Split& split = dataset.split(kind);
    cut.push_back(split.size());
    for (int64_t i = 0; i < split.size(); ++i) cut.push_back(split.place(i));
  }
  return fmt::format("{:016x}", XXH64(cut.data(), cut.size() * sizeof cut[0], 0));
}

}  // namespace

std::string_view to_string(SplitKind kind) {
  switch (kind) {
    case SplitKind::train:
      return "train";
    case SplitKind::validation:
      return "validation";
    case SplitKind::test:
      return "test";
  }
  return "?";
}

SplitKind parse_split_kind(const std::string& text, const std::string& where) {
  for (const SplitKind kind : kSplitKinds)
    if (text == to_string(kind)) return kind;
  throw usage_error(where, "unknown split (got \"{}\", expected train, validation or test)", text);
}

std::string_view to_string(PictureCache cache) {
  switch (cache) {
    case PictureCache::automatic:
      return "auto";
    case PictureCache::memory:
      return "memory";
    case PictureCache::disk:
      return "disk";
  }
  return "?";
}

PictureCache parse_picture_cache(const std::string& text, const std::string& where) {
  for (const PictureCache cache : {PictureCache::automatic, PictureCache::memory, PictureCache::disk})
    if (text == to_string(cache)) return cache;
  throw usage_error(where, "unknown cache (got \"{}\", expected auto, memory or disk)", text);
}

const Split& Dataset::split(SplitKind kind) const {
  return kind == SplitKind::train ? train : kind == SplitKind::validation ? validation : test;
}

std::string Dataset::class_name(int64_t index) const {
  return class_names.empty() ? std::to_string(index) : class_names[static_cast<size_t>(index)];
}

const std::vector<std::string>& dataset_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const NamedReader& reader : kReaders) all.emplace_back(reader.name);
    return all;
  }();
  return names;
}

Dataset open_dataset(const std::string& spec, const DataOptions& options) {
  if (options.validation_split && !(*options.validation_split >= 0 && *options.validation_split < 1))
    throw usage_error("validation split", "cannot be (got {}, expected from 0 to below 1)", *options.validation_split);
  const Wanted wanted{options.load_train, options.load_test || options.validation_is_test};
  Source source = read_source(spec, options, wanted);
  name_classes(source, options.class_names);
  check_alike(source);

  Dataset dataset;
  dataset.name = source.name;
  dataset.class_names = source.class_names;
  dataset.classes = source.classes;
  dataset.numbered = source.numbered;
  dataset.hash = hash_of(source);
  dataset.broken = std::move(source.broken);
  dataset.notes = std::move(source.notes);
  dataset.has_own_validation = source.validation != nullptr;
  if (source.test) dataset.test = Split(source.test);
  if (options.validation_is_test) {
    if (!source.test) throw file_error(spec, "there is no test split to validate on");
    dataset.validation = dataset.test;
    if (source.train) dataset.train = Split(source.train);
  } else if (source.validation && !options.validation_split) {
    dataset.validation = Split(source.validation);
    if (source.train) dataset.train = Split(source.train);
  } else if (source.train) {
    cut_train(dataset, source.train, source.files, options);
  }
  dataset.cut = cut_of(dataset, options);
  return dataset;
}

}  // namespace fovea
