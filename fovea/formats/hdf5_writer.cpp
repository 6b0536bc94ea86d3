#include "fovea/formats/hdf5_writer.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "fovea/base/error.h"
#include "fovea/formats/hdf5_handle.h"
#include "fovea/formats/hdf5_library.h"

namespace fovea {
namespace {

static_assert(std::endian::native == std::endian::little);

// What Keras leaves of the 64 KiB of an object's header for a list, counting every text as long as the longest.
constexpr size_t kMaxList = 64'512;
constexpr size_t kReference = 16;  // of a text of variable length: where it lies, and how long it is
constexpr size_t kGrowth = size_t{1} << 20;
constexpr size_t kEndOfFile = 40;  // where a superblock of version 0 says how long the file is

// The file, which libhdf5 makes in memory that it asks us for; when it closes the file we keep it.
struct Image {
  void* data = nullptr;
  size_t size = 0;

  Image() = default;
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;
  ~Image() { std::free(data); }
  void* resize(size_t wanted) {
    void* moved = std::realloc(data, wanted);
    if (moved == nullptr) return nullptr;
    size = wanted;
    return data = moved;
  }
};
void* image_allocate(size_t size, H5FD_file_image_op_t, void* image) {
  return static_cast<Image*>(image)->resize(size);
}
void* image_copy(void* dst, const void* src, size_t size, H5FD_file_image_op_t, void*) {
  return std::memcpy(dst, src, size);
}
void* image_reallocate(void*, size_t size, H5FD_file_image_op_t, void* image) {
  return static_cast<Image*>(image)->resize(size);
}
herr_t image_free(void*, H5FD_file_image_op_t, void*) { return 0; }
void* image_of_image(void* image) { return image; }
herr_t image_is_ours(void*) { return 0; }

// libhdf5 is ours alone, and prints nothing.
class Call {
 public:
  Call() : lock_(hdf5_mutex()) {
    H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() { H5Eset_auto2(H5E_DEFAULT, print_, data_); }

 private:
  std::lock_guard<std::mutex> lock_;
  H5E_auto2_t print_ = nullptr;
  void* data_ = nullptr;
};

// Little-endian.
hid_t file_type(DType dtype) {
  switch (dtype) {
    case DType::f32: return H5T_IEEE_F32LE;
    case DType::f64: return H5T_IEEE_F64LE;
    case DType::u8: return H5T_STD_U8LE;
    case DType::i8: return H5T_STD_I8LE;
    case DType::i32: return H5T_STD_I32LE;
    case DType::i64: return H5T_STD_I64LE;
    case DType::f16:
    case DType::bf16: return H5I_INVALID_HID;
  }
  return H5I_INVALID_HID;
}

Hdf5Handle text_type(H5T_cset_t characters) {
  Hdf5Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, characters);
  return type;
}

// Names in "a/b/c", one after the other; a slash at either end is none.
std::vector<std::string> names_in(std::string_view path) {
  std::vector<std::string> names;
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    if (end > 0) names.emplace_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return names;
}

}  // namespace

struct Hdf5Writer::State {
  std::string where;
  Image image;
  Hdf5Handle file;

  void check(bool done, const std::string& path) const {
    if (!done) throw file_error(where, "libhdf5 cannot write \"{}\"", path.empty() ? "/" : path);
  }
  Hdf5Handle open(const std::string& path) const {
    Hdf5Handle object(H5Oopen(file, path.empty() ? "/" : path.c_str(), H5P_DEFAULT), H5Oclose);
    check(bool(object), path);
    return object;
  }
  // Without the time at which it was made.
  Hdf5Handle creation(hid_t kind) const {
    Hdf5Handle properties(H5Pcreate(kind), H5Pclose);
    H5Pset_obj_track_times(properties, false);
    return properties;
  }
  Hdf5Handle make_groups(const std::vector<std::string>& names, size_t count) const {
    Hdf5Handle group = open("");
    for (size_t i = 0; i < count; ++i) {
      const bool is_there = H5Lexists(group, names[i].c_str(), H5P_DEFAULT) > 0;
      group = is_there ? Hdf5Handle(H5Gopen2(group, names[i].c_str(), H5P_DEFAULT), H5Gclose)
                       : Hdf5Handle(H5Gcreate2(group, names[i].c_str(), H5P_DEFAULT, creation(H5P_GROUP_CREATE),
                                               H5P_DEFAULT),
                                    H5Gclose);
      check(bool(group), names[i]);
    }
    return group;
  }
  void attribute(const std::string& path, const std::string& name, hid_t type, hid_t space, const void* data) const {
    const Hdf5Handle attribute(H5Acreate2(open(path), name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    check(attribute && (data == nullptr || H5Awrite(attribute, type, data) >= 0), path + "'s attribute " + name);
  }
  void check_text(const std::string& path, const std::string& text) const {
    if (text.find('\0') != std::string::npos)
      throw usage_error(where, "an attribute of \"{}\" has a zero byte, which HDF5's texts cannot have", path);
  }
  void list(const std::string& path, const std::string& name, std::span<const std::string> values) const {
    std::vector<const char*> pointers;
    for (const std::string& value : values) pointers.push_back(value.c_str());
    const bool is_ascii = std::all_of(values.begin(), values.end(), [](const std::string& text) {
      return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<signed char>(c) >= 0; });
    });
    const hsize_t count = values.size();
    const Hdf5Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose);
    attribute(path, name, text_type(is_ascii ? H5T_CSET_ASCII : H5T_CSET_UTF8), space, pointers.data());
  }
};

Hdf5Writer::Hdf5Writer(const std::string& where) : state_(std::make_unique<State>()) {
  const Call call;
  state_->where = where;
  const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose), creation = state_->creation(H5P_FILE_CREATE);
  H5FD_file_image_callbacks_t callbacks = {image_allocate, image_copy,     image_reallocate, image_free,
                                           image_of_image, image_is_ours, &state_->image};
  state_->check(H5Pset_fapl_core(access, kGrowth, false) >= 0 &&
                    H5Pset_file_image_callbacks(access, &callbacks) >= 0 &&
                    H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST) >= 0,
                "");
  state_->file = Hdf5Handle(H5Fcreate(hdf5_memory_name(state_.get()).c_str(), H5F_ACC_TRUNC, creation, access), H5Fclose);
  state_->check(bool(state_->file), "");
}

Hdf5Writer::~Hdf5Writer() {
  const Call call;
  if (state_->file) state_->file.close();
}

void Hdf5Writer::group(const std::string& path) {
  const Call call;
  const std::vector<std::string> names = names_in(path);
  state_->make_groups(names, names.size());
}

void Hdf5Writer::tensor(const NamedTensor& tensor) {
  const Call call;
  const hid_t type = file_type(tensor.dtype);
  const std::vector<std::string> names = names_in(tensor.name);
  if (type < 0 || names.empty())
    throw usage_error(state_->where, "cannot write a tensor \"{}\" of {} to an HDF5 file", tensor.name,
                      to_string(tensor.dtype));
  const Hdf5Handle group = state_->make_groups(names, names.size() - 1);
  const std::vector<hsize_t> sizes(tensor.shape.begin(), tensor.shape.end());
  const Hdf5Handle space(sizes.empty() ? H5Screate(H5S_SCALAR)
                                       : H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr),
                         H5Sclose);
  const Hdf5Handle dataset(H5Dcreate2(group, names.back().c_str(), type, space, H5P_DEFAULT,
                                      state_->creation(H5P_DATASET_CREATE), H5P_DEFAULT),
                           H5Dclose);
  state_->check(dataset && (tensor.bytes() == 0 ||
                            H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, tensor.data) >= 0),
                tensor.name);
}

void Hdf5Writer::text(const std::string& object, const std::string& attribute, const std::string& value) {
  const Call call;
  state_->check_text(object, value);
  const char* pointer = value.c_str();
  const Hdf5Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  state_->attribute(object, attribute, text_type(H5T_CSET_UTF8), space, &pointer);
}

void Hdf5Writer::texts(const std::string& object, const std::string& attribute,
                       const std::vector<std::string>& values) {
  const Call call;
  if (values.empty()) {
    // numpy's type of nothing.
    const hsize_t none = 0;
    const Hdf5Handle space(H5Screate_simple(1, &none, nullptr), H5Sclose);
    return state_->attribute(object, attribute, H5T_IEEE_F64LE, space, nullptr);
  }
  size_t longest = kReference;
  for (const std::string& value : values) {
    state_->check_text(object, value);
    longest = std::max(longest, value.size());
  }
  const size_t most = std::max<size_t>(1, kMaxList / longest), pieces = (values.size() + most - 1) / most;
  if (pieces == 1) return state_->list(object, attribute, values);
  // Of one length, or of one text less.
  for (size_t piece = 0, begin = 0; piece < pieces; ++piece) {
    const size_t count = values.size() / pieces + (piece < values.size() % pieces ? 1 : 0);
    state_->list(object, attribute + std::to_string(piece), std::span(values).subspan(begin, count));
    begin += count;
  }
}

void Hdf5Writer::number(const std::string& object, const std::string& attribute, double value) {
  const Call call;
  state_->attribute(object, attribute, H5T_IEEE_F64LE, Hdf5Handle(H5Screate(H5S_SCALAR), H5Sclose), &value);
}

void Hdf5Writer::number(const std::string& object, const std::string& attribute, int64_t value) {
  const Call call;
  state_->attribute(object, attribute, H5T_STD_I64LE, Hdf5Handle(H5Screate(H5S_SCALAR), H5Sclose), &value);
}

Bytes Hdf5Writer::finish() {
  const Call call;
  const Image& image = state_->image;
  if (state_->file) state_->check(state_->file.close(), "");
  uint64_t size = 0;
  state_->check(image.size >= kEndOfFile + sizeof size, "");
  std::memcpy(&size, static_cast<const char*>(image.data) + kEndOfFile, sizeof size);
  state_->check(size <= image.size, "");
  return {static_cast<const uint8_t*>(image.data), static_cast<size_t>(size)};
}

}  // namespace fovea
