#include "fovea/formats/hdf5_library.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

#include "fovea/base/error.h"
#include "fovea/formats/hdf5_handle.h"
#include "fovea/formats/hdf5_object.h"

namespace fovea {
namespace {

constexpr uint64_t kMaxNumbers = 64;                  // a longer attribute of numbers is of no use here
constexpr uint64_t kSlab = uint64_t{4} << 20;         // bytes that are unpacked at a time, where chunks allow
constexpr H5Z_filter_t kFilters[] = {H5Z_FILTER_DEFLATE, H5Z_FILTER_SHUFFLE, H5Z_FILTER_FLETCHER32};

// libhdf5's driver for files in memory makes copies of what it is given, unless it allocates by these: there is one
// block, it is the file, and it is never written to.
struct Image {
  Bytes bytes;
};
void* image_allocate(size_t, H5FD_file_image_op_t, void* image) {
  return const_cast<uint8_t*>(static_cast<Image*>(image)->bytes.data());
}
void* image_copy(void* dst, const void*, size_t, H5FD_file_image_op_t, void*) { return dst; }
void* image_reallocate(void*, size_t, H5FD_file_image_op_t, void*) { return nullptr; }
herr_t image_free(void*, H5FD_file_image_op_t, void*) { return 0; }
void* image_of_image(void* image) { return image; }
herr_t image_is_ours(void*) { return 0; }

class Library {
 public:
  Library(Bytes file, const std::string& where) : where_(where), image_{file} {
    H5dont_atexit();
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    H5PLset_loading_state(0);  // no filters from elsewhere
    const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    H5FD_file_image_callbacks_t callbacks = {image_allocate, image_copy,     image_reallocate, image_free,
                                             image_of_image, image_is_ours, &image_};
    check(H5Pset_fapl_core(access, 1, false) >= 0 && H5Pset_file_image_callbacks(access, &callbacks) >= 0 &&
          H5Pset_file_image(access, const_cast<uint8_t*>(file.data()), file.size()) >= 0);
    file_ = Hdf5Handle(H5Fopen(hdf5_memory_name(this).c_str(), H5F_ACC_RDONLY, access), H5Fclose);
    if (!file_) throw file_error(where, "the HDF5 file is damaged or cut short");
  }

  hid_t file() const { return file_; }
  // `path` is the object that is looked at.
  Error damaged(const std::string& path) const {
    return file_error(where_, "the HDF5 file is damaged at {}", shown(path));
  }
  Error refused(const std::string& path, const std::string& what) const {
    return file_error(where_, "{} {}", shown(path), what);
  }

  static std::string shown(const std::string& path) {
    std::string text = path.size() > 80 ? path.substr(0, 80) + "…" : path.empty() ? "/" : path;
    for (char& c : text)
      if (static_cast<unsigned char>(c) < 32 || c == 127) c = '?';
    return "\"" + text + "\"";
  }

 private:
  void check(bool done) const {
    if (!done) throw file_error(where_, "libhdf5 cannot be set up");
  }

  const std::string& where_;
  Image image_;
  Hdf5Handle file_;
};

// The bytes of all paths and attributes, counted before they are kept.
class Budget {
 public:
  Budget(const Hdf5Limits& limits, const std::string& where)
      : limits_(limits), left_(limits.listing_bytes), where_(where) {}
  void spend(uint64_t bytes) {
    if (bytes > left_)
      throw file_error(where_, "paths and attributes are too long (expected at most {} bytes)", limits_.listing_bytes);
    left_ -= bytes;
  }

 private:
  const Hdf5Limits& limits_;
  uint64_t left_;
  const std::string& where_;
};

// What an iteration of libhdf5 gathers. Exceptions do not pass through it.
struct Names {
  struct Link {
    std::string name, target;
    bool is_hard = false;
  };
  std::vector<Link> links = {};
  uint64_t bytes = 0, max_bytes = 0;

  bool take(const char* name, std::string target, bool is_hard) noexcept {
    try {
      bytes += std::strlen(name) + sizeof(Link);
      links.push_back({name, std::move(target), is_hard});
    } catch (...) {
      return false;
    }
    return bytes <= max_bytes;
  }
};

herr_t take_link(hid_t, const char* name, const H5L_info_t* info, void* names) {
  // Where the object lies: an address, or in newer libraries a token.
  std::string target(reinterpret_cast<const char*>(&info->u), sizeof info->u);
  return static_cast<Names*>(names)->take(name, std::move(target), info->type == H5L_TYPE_HARD) ? 0 : -1;
}
herr_t take_attribute(hid_t, const char* name, const H5A_info_t*, void* names) {
  return static_cast<Names*>(names)->take(name, {}, true) ? 0 : -1;
}

Hdf5Type integer_type(size_t bytes, bool is_signed) {
  switch (bytes) {
    case 1: return is_signed ? Hdf5Type::i8 : Hdf5Type::u8;
    case 2: return is_signed ? Hdf5Type::i16 : Hdf5Type::u16;
    case 4: return is_signed ? Hdf5Type::i32 : Hdf5Type::u32;
    case 8: return is_signed ? Hdf5Type::i64 : Hdf5Type::u64;
    default: return Hdf5Type::other;
  }
}

// A float's fields: of IEEE 754 and bfloat16 alone.
Hdf5Type float_type(hid_t type, size_t bytes) {
  struct Fields {
    size_t bytes, exponent, mantissa, bias;
    Hdf5Type type;
  };
  constexpr Fields kKnown[] = {{2, 5, 10, 15, Hdf5Type::f16},
                               {2, 8, 7, 127, Hdf5Type::bf16},
                               {4, 8, 23, 127, Hdf5Type::f32},
                               {8, 11, 52, 1023, Hdf5Type::f64}};
  size_t sign, exponent_at, exponent, mantissa_at, mantissa;
  if (H5Tget_fields(type, &sign, &exponent_at, &exponent, &mantissa_at, &mantissa) < 0) return Hdf5Type::other;
  const bool is_packed = mantissa_at == 0 && exponent_at == mantissa && sign == mantissa + exponent &&
                         sign + 1 == 8 * bytes && H5Tget_offset(type) == 0 && H5Tget_precision(type) == 8 * bytes &&
                         H5Tget_norm(type) == H5T_NORM_IMPLIED;
  for (const Fields& known : kKnown)
    if (is_packed && known.bytes == bytes && known.exponent == exponent && known.mantissa == mantissa &&
        known.bias == H5Tget_ebias(type))
      return known.type;
  return Hdf5Type::other;
}

// The type, and what it is called.
std::pair<Hdf5Type, std::string> type_of(hid_t type) {
  const size_t bytes = H5Tget_size(type);
  switch (H5Tget_class(type)) {
    case H5T_INTEGER: {
      const bool is_signed = H5Tget_sign(type) != H5T_SGN_NONE;
      const bool is_whole = H5Tget_precision(type) == 8 * bytes && H5Tget_offset(type) == 0;
      return {is_whole ? integer_type(bytes, is_signed) : Hdf5Type::other,
              (is_signed ? "int" : "uint") + std::to_string(8 * bytes)};
    }
    case H5T_FLOAT: {
      const Hdf5Type known = float_type(type, bytes);
      return {known, known == Hdf5Type::bf16 ? "bfloat16" : "float" + std::to_string(8 * bytes)};
    }
    case H5T_OPAQUE: return {bytes == 2 ? Hdf5Type::opaque16 : Hdf5Type::other, "opaque"};
    case H5T_STRING: return {Hdf5Type::other, "texts"};
    case H5T_COMPOUND: return {Hdf5Type::other, "records"};
    case H5T_ENUM: return {Hdf5Type::other, "an enumeration"};
    case H5T_REFERENCE: return {Hdf5Type::other, "references"};
    default: return {Hdf5Type::other, "another type"};
  }
}

// A fixed-length text without its padding.
std::string without_padding(std::string text, H5T_str_t padding) {
  if (padding == H5T_STR_NULLTERM) {
    text.resize(std::min(text.find('\0'), text.size()));
  } else {
    const char pad = padding == H5T_STR_SPACEPAD ? ' ' : '\0';
    while (text.ends_with(pad)) text.pop_back();
  }
  return text;
}

class Lister {
 public:
  Lister(const Library& library, const std::string& where, const Hdf5Limits& limits, const Put& put)
      : library_(library), limits_(limits), where_(where), budget_(limits, where), put_(put) {}

  void list() {
    const Hdf5Handle root(H5Gopen2(library_.file(), "/", H5P_DEFAULT), H5Gclose);
    if (!root) throw library_.damaged("/");
    // The root has no link that leads to it: its identity comes by the first one back, one group deeper.
    group(root, "", 0);
  }

 private:
  Names names_within(uint64_t most) const { return {.max_bytes = std::min(most, limits_.listing_bytes)}; }

  void group(hid_t id, const std::string& path, uint64_t depth) {
    if (depth > limits_.depth)
      throw library_.refused(path,
                             fmt::format("is too deep: groups within groups (expected at most {})", limits_.depth));
    Names names = names_within(limits_.listing_bytes);
    if (H5Literate(id, H5_INDEX_NAME, H5_ITER_INC, nullptr, take_link, &names) < 0) throw library_.damaged(path);
    std::sort(names.links.begin(), names.links.end(),
              [](const Names::Link& a, const Names::Link& b) { return a.name < b.name; });
    send({.path = path, .attributes = attributes_of(id, path)});
    for (const Names::Link& link : names.links) {
      const std::string below = path + "/" + link.name;
      if (link.name.empty() || link.name == "." || link.name.find('/') != std::string::npos)
        throw library_.damaged(below);
      if (!link.is_hard) throw library_.refused(below, "is a link to another place, expected a group or a tensor");
      object(id, link, below, depth + 1);
    }
  }

  void object(hid_t parent, const Names::Link& link, const std::string& path, uint64_t depth) {
    const Hdf5Handle id(H5Oopen(parent, link.name.c_str(), H5P_DEFAULT), H5Oclose);
    if (!id) throw library_.damaged(path);
    switch (H5Iget_type(id)) {
      case H5I_GROUP:
        if (!groups_.insert(link.target).second)
          throw library_.refused(path, "is a group that is linked to twice, or contains itself");
        return group(id, path, depth);
      case H5I_DATASET: return send({.path = path, .attributes = attributes_of(id, path), .tensor = tensor(id, path)});
      default: return;  // a named type
    }
  }

  Hdf5Tensor tensor(hid_t id, const std::string& path) const {
    const Hdf5Handle type(H5Dget_type(id), H5Tclose), space(H5Dget_space(id), H5Sclose);
    const Hdf5Handle creation(H5Dget_create_plist(id), H5Pclose);
    if (!type || !space || !creation) throw library_.damaged(path);
    Hdf5Tensor tensor;
    std::tie(tensor.type, tensor.type_name) = type_of(type);
    hsize_t sizes[H5S_MAX_RANK];
    const int rank = H5Sget_simple_extent_dims(space, sizes, nullptr);
    if (rank < 0) throw library_.damaged(path);
    tensor.sizes.assign(sizes, sizes + rank);
    const H5S_class_t shape = H5Sget_simple_extent_type(space);
    const H5D_layout_t layout = H5Pget_layout(creation);
    const int filters = H5Pget_nfilters(creation);
    if (shape != H5S_SCALAR && shape != H5S_SIMPLE) tensor.problem = "has no shape";
    if (layout == H5D_VIRTUAL) tensor.problem = "is put together from other tensors (a virtual dataset)";
    if (H5Pget_external_count(creation) != 0) tensor.problem = "has its numbers in another file";
    for (int i = 0; i < filters; ++i) {
      unsigned flags, config;
      size_t values = 0;
      const H5Z_filter_t filter =
          H5Pget_filter2(creation, static_cast<unsigned>(i), &flags, &values, nullptr, 0, nullptr, &config);
      if (std::find(std::begin(kFilters), std::end(kFilters), filter) == std::end(kFilters))
        tensor.problem = fmt::format(
            "is packed by a filter that is not supported (got HDF5's filter {}, expected gzip, shuffle or fletcher32)",
            static_cast<int>(filter));
    }
    if (!tensor.problem.empty()) return tensor;
    tensor.is_packed = filters > 0;
    tensor.stored = H5Dget_storage_size(id);
    const haddr_t address = layout == H5D_CONTIGUOUS ? H5Dget_offset(id) : HADDR_UNDEF;
    tensor.is_plain = address != HADDR_UNDEF && H5Tget_order(type) != H5T_ORDER_BE;
    if (tensor.is_plain) tensor.address = address;
    return tensor;
  }

  std::vector<Hdf5Attribute> attributes_of(hid_t object, const std::string& path) {
    Names names = names_within(limits_.listing_bytes);
    hsize_t from = 0;
    if (H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &from, take_attribute, &names) < 0)
      throw library_.damaged(path);
    std::vector<Hdf5Attribute> attributes;
    for (const Names::Link& name : names.links) {
      const Hdf5Handle id(H5Aopen(object, name.name.c_str(), H5P_DEFAULT), H5Aclose);
      if (!id) throw library_.damaged(path);
      budget_.spend(name.name.size());
      attributes.push_back(attribute(id, name.name, path));
    }
    return attributes;
  }

  Hdf5Attribute attribute(hid_t id, const std::string& name, const std::string& path) {
    const Hdf5Handle type(H5Aget_type(id), H5Tclose), space(H5Aget_space(id), H5Sclose);
    const hssize_t elements = space ? H5Sget_simple_extent_npoints(space) : -1;
    if (!type || elements < 0) throw library_.damaged(path);
    const auto count = static_cast<uint64_t>(elements);
    Hdf5Attribute attribute = {.name = name};
    const H5T_class_t kind = H5Tget_class(type);
    if (kind == H5T_STRING) {
      attribute.kind = Hdf5Attribute::Kind::texts;
      if (count > 0) attribute.texts = texts(id, type, space, count, path);
    } else if ((kind == H5T_INTEGER || kind == H5T_FLOAT) && count <= kMaxNumbers) {
      attribute.kind = Hdf5Attribute::Kind::numbers;
      attribute.numbers.resize(count);
      if (count > 0 && H5Aread(id, H5T_NATIVE_DOUBLE, attribute.numbers.data()) < 0) throw library_.damaged(path);
    }
    return attribute;
  }

  std::vector<std::string> texts(hid_t id, hid_t type, hid_t space, uint64_t count, const std::string& path) {
    std::vector<std::string> texts;
    if (count > limits_.listing_bytes) budget_.spend(count);
    if (H5Tis_variable_str(type) > 0) {
      std::vector<char*> pointers(count, nullptr);
      if (H5Aread(id, type, pointers.data()) < 0) throw library_.damaged(path);
      for (const char* text : pointers) {
        budget_.spend(sizeof(uint64_t) + (text == nullptr ? 0 : std::strlen(text)));
        texts.emplace_back(text == nullptr ? "" : text);
      }
      H5Dvlen_reclaim(type, space, H5P_DEFAULT, pointers.data());
      return texts;
    }
    const size_t size = H5Tget_size(type);
    if (size == 0) throw library_.damaged(path);
    budget_.spend(count);
    budget_.spend(size > limits_.listing_bytes ? size : size * count);
    std::string all(size * count, '\0');
    if (H5Aread(id, type, all.data()) < 0) throw library_.damaged(path);
    const H5T_str_t padding = H5Tget_strpad(type);
    for (uint64_t i = 0; i < count; ++i) texts.push_back(without_padding(all.substr(i * size, size), padding));
    return texts;
  }

  void send(const Hdf5Object& object) {
    if (++objects_ > limits_.objects)
      throw file_error(where_, "the file holds too many objects (expected at most {})", limits_.objects);
    budget_.spend(object.path.size());
    put_(as_bytes(packed(object)));
  }

  const Library& library_;
  const Hdf5Limits& limits_;
  const std::string& where_;
  Budget budget_;
  const Put& put_;
  uint64_t objects_ = 0;
  std::set<std::string> groups_;  // where they lie
};

}  // namespace

std::mutex& hdf5_mutex() {
  static std::mutex mutex;
  return mutex;
}

void list_hdf5(Bytes file, const std::string& where, const Hdf5Limits& limits, const Put& put) {
  const Library library(file, where);
  Lister(library, where, limits, put).list();
}

void read_hdf5(Bytes file, const std::string& where, const std::string& path, const Put& put) {
  const Library library(file, where);
  const Hdf5Handle tensor(H5Dopen2(library.file(), path.c_str(), H5P_DEFAULT), H5Dclose);
  if (!tensor) throw library.damaged(path);
  const Hdf5Handle stored(H5Dget_type(tensor), H5Tclose), space(H5Dget_space(tensor), H5Sclose);
  const Hdf5Handle creation(H5Dget_create_plist(tensor), H5Pclose), type(H5Tcopy(stored), H5Tclose);
  if (!stored || !space || !creation || !type) throw library.damaged(path);
  if (H5Tget_class(type) != H5T_OPAQUE && H5Tset_order(type, H5T_ORDER_LE) < 0) throw library.damaged(path);
  hsize_t sizes[H5S_MAX_RANK], chunk[H5S_MAX_RANK] = {1};
  const int rank = H5Sget_simple_extent_dims(space, sizes, nullptr);
  const hssize_t elements = H5Sget_simple_extent_npoints(space);
  if (rank < 0 || elements < 0) throw library.damaged(path);
  if (elements == 0) return;
  if (H5Pget_layout(creation) == H5D_CHUNKED && H5Pget_chunk(creation, rank, chunk) != rank)
    throw library.damaged(path);

  // Whole chunks, so that each is unpacked once: as many rows of them as make a slab.
  const uint64_t rows = rank == 0 ? 1 : sizes[0];
  const uint64_t row_bytes = static_cast<uint64_t>(elements) / rows * H5Tget_size(type);
  const uint64_t chunk_rows = std::clamp<uint64_t>(rank == 0 ? 1 : chunk[0], 1, rows);
  const uint64_t step = std::min(rows, chunk_rows * std::max<uint64_t>(1, kSlab / row_bytes / chunk_rows));
  std::vector<uint8_t> slab(step * row_bytes);
  for (uint64_t row = 0; row < rows; row += step) {
    hsize_t start[H5S_MAX_RANK] = {row}, count[H5S_MAX_RANK];
    std::copy(sizes, sizes + rank, count);
    count[0] = std::min(step, rows - row);
    const Hdf5Handle memory(rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(rank, count, nullptr), H5Sclose);
    if (!memory || (rank > 0 && H5Sselect_hyperslab(space, H5S_SELECT_SET, start, nullptr, count, nullptr) < 0) ||
        H5Dread(tensor, type, memory, space, H5P_DEFAULT, slab.data()) < 0)
      throw library.damaged(path);
    put(Bytes(slab).first(count[0] * row_bytes));
  }
}

}  // namespace fovea
