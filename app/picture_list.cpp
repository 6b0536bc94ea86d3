#include "app/picture_list.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "app/shown_picture.h"
#include "fovea/base/error.h"
#include "fovea/base/file.h"
#include "fovea/data/file_tree.h"
#include "fovea/data/picture.h"
#include "fovea/formats/npy.h"
#include "fovea/formats/npz.h"

namespace fovea::app {
namespace {

std::string lower_extension(const std::string& path) {
  const size_t dot = path.rfind('.'), slash = path.rfind('/');
  if (dot == std::string::npos || (slash != std::string::npos && dot < slash)) return "";
  std::string extension = path.substr(dot);
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return extension;
}

bool is_array(const std::string& path) { return lower_extension(path) == ".npy" || lower_extension(path) == ".npz"; }

bool is_picture(const std::string& path) {
  const std::string extension = lower_extension(path);
  for (const char* known : {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".ppm", ".pgm"})
    if (extension == known) return true;
  return false;
}

// The picture as it is where the model sees all of it, else what it sees.
template <class T>
Image shown_of(const T* numbers, const Shape& shape, const PictureRules& rules, const std::string& where) {
  if (rules.resizing.resize == Resize::stretch) return image_of(numbers, shape);
  const Shape seen = {rules.shape[0], rules.shape[1], shape[2]};
  std::vector<T> fitted(static_cast<size_t>(seen.elements()));
  PictureFit(shape, seen, rules.resizing, where).fit(numbers, fitted.data());
  return image_of(fitted.data(), seen);
}

class FileSource final : public PictureSource {
 public:
  FileSource(std::string path, PictureRules rules) : path_(std::move(path)), rules_(std::move(rules)) {}
  void read(int64_t, float* dst) const override {
    const Image image = load_picture(path_);
    PictureReader(shape_of(image), rules_, path_).read(image.pixels.data(), dst);
  }
  Image shown(int64_t) const override {
    const Image image = load_picture(path_);
    return shown_of(image.pixels.data(), shape_of(image), rules_, path_);
  }

 private:
  std::string path_;
  PictureRules rules_;
};

// Pictures of one array: (N, h, w), (N, h, w, c), or one picture of the model's own rank.
class ArraySource final : public PictureSource {
 public:
  ArraySource(Array array, const PictureRules& rules, const std::string& where)
      : array_(as_pictures(std::move(array), rules.shape, where)),
        where_(where),
        elements_(array_.elements() / std::max<int64_t>(array_.shape()[0], 1)),
        rules_(rules),
        reader_({array_.shape()[1], array_.shape()[2], array_.shape()[3]}, rules, where) {}

  int64_t size() const { return array_.shape()[0]; }

  void read(int64_t index, float* dst) const override {
    const int64_t at = index * elements_;
    if (array_.dtype() == DType::u8) return reader_.read(array_.values<uint8_t>().data() + at, dst);
    const float* src = array_.values<float>().data() + at;
    if (const float* bad = std::find_if(src, src + elements_, [](float x) { return !std::isfinite(x); });
        bad != src + elements_)
      throw file_error(where_, "picture {} holds a number that is not finite (got {})", index, *bad);
    reader_.read(src, dst);
  }

  Image shown(int64_t index) const override {
    const Shape shape = {array_.shape()[1], array_.shape()[2], array_.shape()[3]};
    const int64_t at = index * elements_;
    return array_.dtype() == DType::u8 ? shown_of(array_.values<uint8_t>().data() + at, shape, rules_, where_)
                                       : shown_of(array_.values<float>().data() + at, shape, rules_, where_);
  }

 private:
  static Array as_pictures(Array array, const Shape& shape, const std::string& where) {
    if (array.dtype() == DType::f64) {
      Array floats(DType::f32, array.shape());
      const auto src = array.values<double>();
      std::transform(src.begin(), src.end(), floats.values<float>().begin(),
                     [](double x) { return static_cast<float>(x); });
      array = std::move(floats);
    }
    if (array.dtype() != DType::u8 && array.dtype() != DType::f32)
      throw file_error(where, "pictures of this type cannot be read (got {}, expected uint8 or float32)",
                       to_string(array.dtype()));
    const Shape src = array.shape();
    if (src == shape) {
      array.reshape({1, src[0], src[1], src[2]});
    } else if (src.rank() == 3) {
      array.reshape({src[0], src[1], src[2], 1});
    } else if (src.rank() != 4) {
      throw file_error(where, "no pictures (got shape {}, expected (N, height, width) or (N, height, width, channels))",
                       to_string(src));
    }
    if (array.elements() == 0) throw file_error(where, "there are no pictures (got shape {})", to_string(src));
    return array;
  }

  Array array_;
  std::string where_;
  int64_t elements_;
  PictureRules rules_;
  PictureReader reader_;
};

class SplitSource final : public PictureSource {
 public:
  SplitSource(std::shared_ptr<const Dataset> dataset, SplitKind split, const PictureRules& rules)
      : dataset_(std::move(dataset)),
        split_(dataset_->split(split)),
        rules_(rules),
        reader_(split_.picture_shape(), rules, dataset_->name) {}

  void read(int64_t index, float* dst) const override {
    if (split_.dtype() == DType::u8) {
      reader_.read(split_.bytes(index), dst);
    } else {
      reader_.read(split_.floats(index), dst);
    }
  }

  Image shown(int64_t index) const override {
    const Shape shape = split_.picture_shape();
    return split_.dtype() == DType::u8 ? shown_of(split_.bytes(index), shape, rules_, dataset_->name)
                                       : shown_of(split_.floats(index), shape, rules_, dataset_->name);
  }

 private:
  std::shared_ptr<const Dataset> dataset_;
  const Split& split_;
  PictureRules rules_;
  PictureReader reader_;
};

// Pictures in files of their own are read as the model takes them.
DataOptions read_for(const PictureRules& rules) {
  return {.pictures = {.size = PictureSize{rules.shape[0], rules.shape[1]},
                       .channels = rules.shape[2] == 1 ? 1 : 3,
                       .resizing = rules.resizing}};
}

std::shared_ptr<const ArraySource> open_array(const std::string& file, const PictureRules& rules) {
  if (lower_extension(file) == ".npy") return std::make_shared<ArraySource>(load_npy(file), rules, file);
  const Npz npz(file);
  const std::string name = npz.contains("x") ? "x" : "x_test";
  return std::make_shared<ArraySource>(npz.read(name), rules, file + ": " + name);
}

}  // namespace

void PictureList::add(const std::string& name) {
  if (folder_exists(name)) {
    const int64_t before = size();
    add_folder(name);
    if (size() == before) throw file_error(name, "the folder holds no pictures (expected {} files)", kImageFormats);
  } else if (file_exists(name)) {
    if (is_array(name)) {
      add_array(name);
    } else {
      pictures_.push_back({name, std::make_shared<FileSource>(name, rules_)});
    }
  } else if (!add_element(name) && !add_address(name)) {
    throw file_error(name,
                     "there is no such file (expected a picture, a folder, FILE.npy, FILE.npz or DATA:SPLIT:INDEX)");
  }
}

void PictureList::read(int64_t i, float* dst) const {
  const Picture& picture = pictures_[static_cast<size_t>(i)];
  picture.source->read(picture.index, dst);
}

Image PictureList::shown(int64_t i) const {
  const Picture& picture = pictures_[static_cast<size_t>(i)];
  return picture.source->shown(picture.index);
}

void PictureList::add_folder(const std::string& folder) {
  const auto tree = open_folder(folder);
  for (const FileTree::Entry& entry : tree->list()) {
    if (entry.is_folder || !is_picture(entry.path)) continue;
    const std::string path = tree->shown(entry.path);
    pictures_.push_back({path, std::make_shared<FileSource>(path, rules_)});
  }
}

void PictureList::add_array(const std::string& file) {
  const auto source = open_array(file, rules_);
  for (int64_t i = 0; i < source->size(); ++i) pictures_.push_back({fmt::format("{}:{}", file, i), source, i});
}

// FILE.npy:INDEX
bool PictureList::add_element(const std::string& name) {
  const size_t colon = name.rfind(':');
  if (colon == std::string::npos || !is_array(name.substr(0, colon))) return false;
  const std::string file = name.substr(0, colon);
  int64_t index = 0;
  const char* end = name.data() + name.size();
  const auto [stop, code] = std::from_chars(name.data() + colon + 1, end, index);
  if (code != std::errc() || stop != end) return false;
  const auto source = open_array(file, rules_);
  if (index < 0 || index >= source->size())
    throw usage_error(name, "there is no such picture (got {}, expected 0 to {})", index, source->size() - 1);
  pictures_.push_back({name, source, index});
  return true;
}

bool PictureList::add_address(const std::string& name) {
  const auto address = parse_picture_address(name);
  if (!address) return false;
  auto& dataset = datasets_[{address->data, address->split}];
  if (!dataset) dataset = std::make_shared<const Dataset>(open_dataset(address->data, options_for(*address, read_for(rules_))));
  check_picture_address(*address, *dataset);
  const auto source = std::make_shared<SplitSource>(dataset, address->split, rules_);
  for (PictureAddress one = *address; one.index <= address->last; ++one.index) {
    check_picture_address(one, *dataset);
    pictures_.push_back({address->last > address->index ? to_string(one) : name, source, one.index});
  }
  return true;
}

std::optional<Shape> array_picture_shape(const std::string& path) {
  if (!is_array(path) || !file_exists(path)) return {};
  Shape shape;
  if (lower_extension(path) == ".npy") {
    shape = load_npy(path).shape();
  } else {
    const Npz npz(path);
    for (const char* name : {"x", "x_test"})
      if (npz.contains(name) && shape.rank() == 0) shape = npz.header(name).shape;
  }
  if (shape.rank() == 3) return Shape{shape[1], shape[2], 1};
  if (shape.rank() == 4) return Shape{shape[1], shape[2], shape[3]};
  return {};
}

}  // namespace fovea::app
