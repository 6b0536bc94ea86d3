// A data set as training and evaluation see it: three splits of pictures, and the names of its classes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fovea/data/pictures.h"
#include "fovea/data/resizing.h"

namespace fovea {

enum class SplitKind { train, validation, test };
inline constexpr SplitKind kSplitKinds[] = {SplitKind::train, SplitKind::validation, SplitKind::test};
std::string_view to_string(SplitKind kind);
SplitKind parse_split_kind(const std::string& text, const std::string& where);  // throws naming the three

enum class CutRule { stratified, tail };

struct PictureSize {
  int64_t height = 0, width = 0;
  bool operator==(const PictureSize&) const = default;
};

enum class PictureCache {
  automatic,  // disk where the pictures would take more than half of the memory that there is, else memory
  memory,     // decoded at the start
  disk        // decoded once, into a file of the cache: the next run finds it
};
std::string_view to_string(PictureCache cache);  // "auto", "memory", "disk"
PictureCache parse_picture_cache(const std::string& text, const std::string& where);  // throws naming the three

// What picture files are brought to while they are read. Arrays are kept as they are.
struct PictureOptions {
  std::optional<PictureSize> size = std::nullopt;   // unset: their own if all are alike, else kUsualSide
  std::optional<int64_t> channels = std::nullopt;   // 1 or 3; unset: 1 if all are gray, else 3
  Resizing resizing = {};
  // Large JPEGs are decoded at 1/2, 1/4 or 1/8, as long as twice the wanted size is left: faster, not Keras's numbers.
  bool scaled_decoding = false;
  bool strict = false;  // a broken file is an error
  int threads = 0;      // 0: one a core
  PictureCache cache = PictureCache::automatic;
  // Where, and how many bytes at most; empty and 0 as CacheFolder has it.
  std::string cache_folder = {};
  uint64_t cache_limit = 0;
};

inline constexpr int64_t kUsualSide = 128;

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
  PictureOptions pictures = {};
};

// A file, or a line of a manifest, that was left out.
struct BrokenFile {
  std::string where, what;
};

struct Dataset {
  std::string name;
  std::vector<std::string> class_names;  // empty, or one a class
  int64_t classes = 0;
  bool numbered = false;  // the labels are written as numbers: those of classes, or their names
  Split train, validation, test;
  // xxh64 of what was loaded, in hex: shapes, pictures (of files: their xxh3), labels, of train, validation and test.
  std::string hash;
  // xxh64 of which of these pictures are in which split, in their order, in hex.
  std::string cut;
  bool has_own_validation = false;
  std::vector<BrokenFile> broken;
  // Where the pictures are kept, as lines to tell: which cache file, whether they were decoded, why not on disk.
  std::vector<std::string> notes;

  const Split& split(SplitKind kind) const;
  Shape picture_shape() const { return any().picture_shape(); }
  DType dtype() const { return any().dtype(); }
  std::string class_name(int64_t index) const;  // its number where there are no names

 private:
  const Split& any() const { return !train.empty() ? train : !test.empty() ? test : validation; }
};

// The data sets that have a name.
const std::vector<std::string>& dataset_names();

// `spec` is what --data takes: NAME, NAME:DIR, a folder of class folders, such folders in a zip, tar or tar.gz, FILE.csv,
// FILE.npz. Files are known by their content, not by their names, except .csv.
Dataset open_dataset(const std::string& spec, const DataOptions& options = {});

}  // namespace fovea
