#include "fovea/formats/hdf5.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string_view>

#include "fovea/base/error.h"
#include "fovea/base/names.h"
#include "fovea/formats/hdf5_library.h"
#include "fovea/formats/hdf5_object.h"
#include "fovea/formats/sizes.h"

namespace fovea {
namespace {

constexpr std::string_view kSignature = "\x89HDF\r\n\x1a\n";
constexpr size_t kFirstOffset = 512;                        // behind a block of the user's; then 1024, 2048, …
constexpr uint64_t kLibraryMemory = uint64_t{256} << 20;    // its caches, and room for what it unpacks
// Fifty times what listing a file takes, and unpacking a tensor.
constexpr unsigned kSeconds = 1;
constexpr uint64_t kBytesPerSecond = uint64_t{4} << 20;

unsigned seconds_for(uint64_t bytes) { return kSeconds + static_cast<unsigned>(bytes / kBytesPerSecond); }

bool has_signature(Bytes bytes) {
  for (size_t at = 0; at + kSignature.size() <= bytes.size(); at = at == 0 ? kFirstOffset : 2 * at)
    if (as_text(bytes.subspan(at, kSignature.size())) == kSignature) return true;
  return false;
}

// libhdf5 in a process of its own, asked by `work`.
void ask(const std::string& where, const ContainedLimits& limits, const std::function<void(const Put&)>& work,
         const std::function<void(Bytes)>& take) {
  const std::lock_guard lock(hdf5_mutex());
  switch (run_contained(work, take, limits)) {
    case ContainedEnd::done: return;
    case ContainedEnd::failed: throw file_error(where, "the file is damaged (the HDF5 library failed on it)");
    case ContainedEnd::too_long:
      throw file_error(where, "the file is damaged (the HDF5 library came to no end within {} s)", limits.seconds);
  }
}

// "/a/b" of "a/b", "/a/b" and "/a/b/"; "" of the root.
std::string canonical(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  while (path.starts_with('/')) path.remove_prefix(1);
  return path.empty() ? std::string() : "/" + std::string(path);
}

// A path from the file as a message can show it.
std::string shown(const std::string& path) {
  std::string text = path.size() > 80 ? path.substr(0, 80) + "…" : path.empty() ? "/" : path;
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 32 || c == 127) c = '?';
  return "\"" + text + "\"";
}

size_t stored_size(Hdf5Type type) {
  switch (type) {
    case Hdf5Type::i8:
    case Hdf5Type::u8: return 1;
    case Hdf5Type::f16:
    case Hdf5Type::bf16:
    case Hdf5Type::opaque16:
    case Hdf5Type::i16:
    case Hdf5Type::u16: return 2;
    case Hdf5Type::f32:
    case Hdf5Type::i32:
    case Hdf5Type::u32: return 4;
    case Hdf5Type::f64:
    case Hdf5Type::i64:
    case Hdf5Type::u64: return 8;
    case Hdf5Type::other: return 0;
  }
  return 0;
}

bool is_float(Hdf5Type type) {
  return type == Hdf5Type::f16 || type == Hdf5Type::bf16 || type == Hdf5Type::f32 || type == Hdf5Type::f64;
}

const Hdf5Attribute* find_attribute(const Hdf5Object& object, std::string_view name) {
  for (const Hdf5Attribute& attribute : object.attributes)
    if (attribute.name == name) return &attribute;
  return nullptr;
}

// Keras marks a bfloat16, which h5py has no type for.
Hdf5Type type_of(const Hdf5Object& object) {
  const Hdf5Attribute* mark = find_attribute(object, "dtype");
  const bool is_marked = mark != nullptr && mark->texts == std::vector<std::string>{"bfloat16"};
  const Hdf5Type type = object.tensor->type;
  if (is_marked && stored_size(type) == 2) return Hdf5Type::bf16;
  return type == Hdf5Type::opaque16 ? Hdf5Type::other : type;
}

// Of IEEE 754's half precision.
float half_to_float(uint16_t half) {
  const uint32_t sign = uint32_t{half & 0x8000u} << 16, exponent = (half >> 10) & 31u, mantissa = half & 0x3ffu;
  if (exponent == 0) {
    const float value = static_cast<float>(mantissa) * 0x1p-24f;
    return sign != 0 ? -value : value;
  }
  const uint32_t wide = exponent == 31 ? 255 : exponent + 112;
  return std::bit_cast<float>(sign | wide << 23 | mantissa << 13);
}

template <class Stored, class To, class Convert>
void convert(Bytes src, To* dst, Convert one) {
  for (size_t i = 0; i < src.size() / sizeof(Stored); ++i) {
    Stored value;
    std::memcpy(&value, src.data() + i * sizeof(Stored), sizeof(Stored));
    dst[i] = one(value);
  }
}

// Whole elements as a file has them, little-endian, to the place behind `first` in the array.
void put_numbers(Hdf5Type type, Bytes src, Array& array, size_t first) {
  const auto widened = [](auto value) { return static_cast<int64_t>(value); };
  float* const floats = is_float(type) ? array.values<float>().data() + first : nullptr;
  int64_t* const integers = is_float(type) ? nullptr : array.values<int64_t>().data() + first;
  switch (type) {
    case Hdf5Type::f16: return convert<uint16_t>(src, floats, half_to_float);
    case Hdf5Type::bf16:
      return convert<uint16_t>(src, floats, [](uint16_t half) { return std::bit_cast<float>(uint32_t{half} << 16); });
    case Hdf5Type::f32: return convert<float>(src, floats, [](float value) { return value; });
    case Hdf5Type::f64: return convert<double>(src, floats, [](double value) { return static_cast<float>(value); });
    case Hdf5Type::i8: return convert<int8_t>(src, integers, widened);
    case Hdf5Type::u8: return convert<uint8_t>(src, integers, widened);
    case Hdf5Type::i16: return convert<int16_t>(src, integers, widened);
    case Hdf5Type::u16: return convert<uint16_t>(src, integers, widened);
    case Hdf5Type::i32: return convert<int32_t>(src, integers, widened);
    case Hdf5Type::u32: return convert<uint32_t>(src, integers, widened);
    case Hdf5Type::i64: return convert<int64_t>(src, integers, widened);
    case Hdf5Type::u64: return convert<uint64_t>(src, integers, widened);
    case Hdf5Type::opaque16:
    case Hdf5Type::other: return;
  }
}

// Why a tensor cannot be read: its type, or sizes that the file cannot hold. Empty where it can.
std::string problem_of(const Hdf5Tensor& tensor, Hdf5Type type, const Shape& shape, uint64_t file_bytes,
                       const Hdf5Limits& limits) {
  if (!tensor.problem.empty()) return tensor.problem;
  if (type == Hdf5Type::other)
    return fmt::format("is of a type that is not supported (got {}, expected floats or integers)", tensor.type_name);
  const uint64_t bytes = static_cast<uint64_t>(shape.elements()) * stored_size(type);
  if (bytes > limits.tensor_bytes)
    return fmt::format("is too large (got {} bytes, expected at most {})", bytes, limits.tensor_bytes);
  if (bytes == 0) return {};
  const bool is_outside = tensor.is_plain && (tensor.address > file_bytes || bytes > file_bytes - tensor.address);
  if (tensor.stored > file_bytes || is_outside) return "lies behind the file's end";
  if (tensor.is_packed ? !deflate_can_hold(tensor.stored, bytes) : bytes > tensor.stored)
    return fmt::format("has fewer bytes in the file than its shape {} needs (got {} for {})", to_string(shape),
                       tensor.stored, bytes);
  return {};
}

}  // namespace

Hdf5File::Hdf5File(const std::string& path, const Hdf5Limits& limits) : where_(path), limits_(limits), file_(path) {
  bytes_ = file_->bytes();
  open();
}

Hdf5File::Hdf5File(Bytes bytes, const std::string& where, const Hdf5Limits& limits)
    : where_(where), limits_(limits), bytes_(bytes) {
  open();
}

Hdf5File::Hdf5File(Hdf5File&&) noexcept = default;
Hdf5File& Hdf5File::operator=(Hdf5File&&) noexcept = default;
Hdf5File::~Hdf5File() = default;

void Hdf5File::open() {
  if (!has_signature(bytes_)) throw file_error(where_, "is not an HDF5 file");
  std::vector<uint8_t> listing;
  // What is packed has eight bytes more for every field: an object's are at most these.
  const uint64_t most = 4 * limits_.listing_bytes + 1024 * limits_.objects;
  ask(
      where_, {.memory = kLibraryMemory + 4 * limits_.listing_bytes, .seconds = seconds_for(bytes_.size())},
      [&](const Put& put) { list_hdf5(bytes_, where_, limits_, put); },
      [&](Bytes piece) {
        if (piece.size() > most - listing.size()) throw file_error(where_, "paths and attributes are too long");
        listing.insert(listing.end(), piece.begin(), piece.end());
      });
  for (Hdf5Object& object : unpacked_objects(listing, where_)) add(std::move(object));
  if (find("") == nullptr) throw file_error(where_, "the file is damaged (it has no root)");
}

void Hdf5File::add(Hdf5Object object) {
  if (object.tensor) {
    const auto& sizes = object.tensor->sizes;
    const auto too_much = [&](const std::string& what) { return file_error(where_, "{} {}", shown(object.path), what); };
    if (sizes.size() > Shape::kMaxRank)
      throw too_much(fmt::format("has {} axes (expected at most {})", sizes.size(), Shape::kMaxRank));
    Shape shape;
    for (const uint64_t size : sizes) shape.push_back(size > INT64_MAX ? -1 : static_cast<int64_t>(size));
    if (!checked_bytes(shape, DType::f64)) throw too_much("has a shape that cannot be");
  }
  places_.emplace(object.path, objects_.size());
  objects_.push_back(std::move(object));
}

const Hdf5Object* Hdf5File::find(const std::string& path) const {
  const auto place = places_.find(canonical(path));
  return place == places_.end() ? nullptr : &objects_[place->second];
}

const Hdf5Object& Hdf5File::object(const std::string& path) const {
  if (const Hdf5Object* object = find(path)) return *object;
  std::vector<std::string> paths;
  for (const Hdf5Object& object : objects_) paths.push_back(object.path);
  throw file_error(where_, "has no {}{}", shown(canonical(path)), did_you_mean(canonical(path), paths));
}

const Hdf5Object& Hdf5File::tensor(const std::string& path) const {
  const Hdf5Object& found = object(path);
  if (!found.tensor) throw file_error(where_, "{} is a group, expected a tensor", shown(found.path));
  return found;
}

bool Hdf5File::has(const std::string& path) const { return find(path) != nullptr; }

bool Hdf5File::has_tensor(const std::string& path) const {
  const Hdf5Object* object = find(path);
  return object != nullptr && object->tensor;
}

std::vector<std::string> Hdf5File::children(const std::string& group) const {
  const Hdf5Object& parent = object(group);
  if (parent.tensor) throw file_error(where_, "{} is a tensor, expected a group", shown(parent.path));
  const std::string prefix = parent.path + "/";
  std::vector<std::string> names;
  for (auto place = places_.lower_bound(prefix); place != places_.end() && place->first.starts_with(prefix); ++place) {
    const std::string_view below = std::string_view(place->first).substr(prefix.size());
    if (below.find('/') == std::string_view::npos) names.emplace_back(below);
  }
  return names;
}

std::optional<std::string> Hdf5File::text(const std::string& path, const std::string& name) const {
  const Hdf5Attribute* attribute = find_attribute(object(path), name);
  if (attribute == nullptr) return std::nullopt;
  if (attribute->texts.size() != 1)
    throw file_error(where_, "the attribute {} of {} is not a text", shown(name), shown(canonical(path)));
  return attribute->texts[0];
}

std::optional<std::vector<std::string>> Hdf5File::texts(const std::string& path, const std::string& name) const {
  const Hdf5Object& owner = object(path);
  const auto list_of = [&](const Hdf5Attribute& attribute) {
    // An empty list has no type of its own: numpy makes one of numbers of it.
    if (attribute.kind != Hdf5Attribute::Kind::texts &&
        (attribute.kind != Hdf5Attribute::Kind::numbers || !attribute.numbers.empty()))
      throw file_error(where_, "the attribute {} of {} is not a list of texts", shown(attribute.name),
                       shown(owner.path));
    return attribute.texts;
  };
  if (const Hdf5Attribute* attribute = find_attribute(owner, name)) return list_of(*attribute);
  std::optional<std::vector<std::string>> texts;
  for (size_t piece = 0;; ++piece) {
    const Hdf5Attribute* attribute = find_attribute(owner, name + std::to_string(piece));
    if (attribute == nullptr) return texts;
    if (!texts) texts.emplace();
    const std::vector<std::string> more = list_of(*attribute);
    texts->insert(texts->end(), more.begin(), more.end());
  }
}

std::optional<double> Hdf5File::number(const std::string& path, const std::string& name) const {
  const Hdf5Attribute* attribute = find_attribute(object(path), name);
  if (attribute == nullptr) return std::nullopt;
  if (attribute->numbers.size() != 1)
    throw file_error(where_, "the attribute {} of {} is not a number", shown(name), shown(canonical(path)));
  return attribute->numbers[0];
}

std::vector<Hdf5Entry> Hdf5File::tensors() const {
  std::vector<Hdf5Entry> entries;
  for (const Hdf5Object& object : objects_)
    if (object.tensor) entries.push_back(entry(object.path));
  return entries;
}

Hdf5Entry Hdf5File::entry(const std::string& path) const {
  const Hdf5Object& object = tensor(path);
  const Hdf5Type type = type_of(object);
  Hdf5Entry entry = {.path = object.path, .type = type == Hdf5Type::bf16 ? "bfloat16" : object.tensor->type_name};
  for (const uint64_t size : object.tensor->sizes) entry.shape.push_back(static_cast<int64_t>(size));
  entry.dtype = is_float(type) || type == Hdf5Type::other ? DType::f32 : DType::i64;
  entry.problem = problem_of(*object.tensor, type, entry.shape, bytes_.size(), limits_);
  return entry;
}

Array Hdf5File::read(const std::string& path) const {
  const Hdf5Object& object = tensor(path);
  const Hdf5Entry what = entry(path);
  if (!what.problem.empty()) throw file_error(where_, "{} {}", shown(what.path), what.problem);
  const Hdf5Type type = type_of(object);
  const size_t size = stored_size(type);
  Array array(what.dtype, what.shape);
  const uint64_t bytes = static_cast<uint64_t>(array.elements()) * size;
  if (bytes == 0) return array;
  if (object.tensor->is_plain) {
    const Bytes stored = bytes_.subspan(object.tensor->address, bytes);
    put_numbers(type, stored, array, 0);
    if (file_) file_->give_back(stored);
    return array;
  }
  uint64_t done = 0;
  ask(
      where_, {.memory = kLibraryMemory + 4 * bytes, .seconds = seconds_for(bytes)},
      [&](const Put& put) { read_hdf5(bytes_, where_, object.path, put); },
      [&](Bytes piece) {
        if (piece.size() > bytes - done || piece.size() % size != 0)
          throw file_error(where_, "{} is damaged", shown(what.path));
        put_numbers(type, piece, array, done / size);
        done += piece.size();
      });
  if (done != bytes)
    throw file_error(where_, "{} ends early (got {} of {} bytes)", shown(what.path), done, bytes);
  return array;
}

}  // namespace fovea
