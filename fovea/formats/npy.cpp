#include "fovea/formats/npy.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "fovea/base/error.h"
#include "fovea/formats/sizes.h"

namespace fovea {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kMaxText = size_t{1} << 16;

// The little of Python's syntax that numpy writes into a header.
class HeaderText {
 public:
  HeaderText(std::string_view text, const std::string& where) : text_(text), where_(where) {}

  Error wrong(const std::string& expected) const {
    return file_error(where_, "the npy header is wrong at byte {} (expected {})", at_, expected);
  }
  bool take(char c) {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!take(c)) throw wrong(std::string("\"") + c + "\"");
  }
  std::string quoted(const char* what) {
    const char quote = take('\'') ? '\'' : take('"') ? '"' : '\0';
    const size_t end = quote == '\0' ? std::string_view::npos : text_.find(quote, at_);
    if (end == std::string_view::npos) throw wrong(what);
    const std::string value(text_.substr(at_, end - at_));
    at_ = end + 1;
    return value;
  }
  bool boolean() {
    take(' ');
    for (const bool value : {true, false}) {
      const std::string_view word = value ? "True" : "False";
      if (text_.substr(at_).starts_with(word)) {
        at_ += word.size();
        return value;
      }
    }
    throw wrong("True or False");
  }
  Shape shape() {
    Shape shape;
    expect('(');
    while (!take(')')) {
      if (shape.rank() == Shape::kMaxRank) throw wrong("at most 8 axes");
      shape.push_back(number());
      take('L');  // Python 2's long numbers
      if (!take(',')) {
        expect(')');
        break;
      }
    }
    return shape;
  }
  bool at_end() {
    take('\0');
    return at_ == text_.size();
  }

 private:
  int64_t number() {
    take(' ');
    int64_t value = 0;
    const size_t begin = at_;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_)
      if (__builtin_mul_overflow(value, int64_t{10}, &value) || __builtin_add_overflow(value, text_[at_] - '0', &value))
        throw wrong("a size that fits 63 bits");
    if (at_ == begin) throw wrong("a size");
    return value;
  }

  std::string_view text_;
  const std::string& where_;
  size_t at_ = 0;
};

struct TypeName {
  const char* code;
  DType dtype;
};
constexpr TypeName kTypes[] = {{"f4", DType::f32}, {"f8", DType::f64}, {"f2", DType::f16}, {"u1", DType::u8},
                               {"i1", DType::i8},  {"i4", DType::i32}, {"i8", DType::i64}, {"b1", DType::u8}};

DType dtype_of(const std::string& descr, const std::string& where) {
  if (descr.size() == 3) {
    for (const TypeName& type : kTypes) {
      if (descr.substr(1) != type.code) continue;
      if (descr[0] == '<' || (descr[0] == '|' && size_of(type.dtype) == 1)) return type.dtype;
    }
  }
  std::string shown = descr.substr(0, 40);
  for (char& c : shown)
    if (static_cast<unsigned char>(c) < 32) c = '?';
  throw file_error(
      where, "an array of this type cannot be read (got '{}', expected one of <f4 <f8 <f2 |u1 |i1 <i4 <i8 |b1)", shown);
}

std::string_view code_of(DType dtype) {
  for (const TypeName& type : kTypes)
    if (type.dtype == dtype) return type.code;
  return "";
}

}  // namespace

size_t npy_data_offset(Bytes prefix, const std::string& where) {
  if (!as_text(prefix).starts_with(kMagic))
    throw file_error(where, "is not an npy array (it does not begin with \\x93NUMPY)");
  if (prefix.size() < 10) throw file_error(where, "the npy header ends early");
  const int version = prefix[6];
  if (version < 1 || version > 3)
    throw file_error(where, "unknown version of the npy format (got {}, expected 1 to 3)", version);
  if (version == 1) return 10 + (size_t{prefix[8]} | size_t{prefix[9]} << 8);
  if (prefix.size() < kNpyPrefix) throw file_error(where, "the npy header ends early");
  size_t text = 0;
  for (size_t i = 0; i < 4; ++i) text |= size_t{prefix[8 + i]} << (8 * i);
  if (text > kMaxText)
    throw file_error(where, "the npy header is too long (got {} bytes, expected at most {})", text, kMaxText);
  return kNpyPrefix + text;
}

NpyHeader parse_npy_header(Bytes bytes, const std::string& where) {
  NpyHeader header;
  header.data_offset = npy_data_offset(bytes, where);
  if (header.data_offset > bytes.size()) throw file_error(where, "the npy header ends early");
  const size_t begin = bytes[6] == 1 ? 10 : kNpyPrefix;
  HeaderText text(as_text(bytes.subspan(begin, header.data_offset - begin)), where);
  std::optional<std::string> descr;
  std::optional<bool> fortran_order;
  std::optional<Shape> shape;
  text.expect('{');
  while (!text.take('}')) {
    const std::string key = text.quoted("a key in quotes");
    text.expect(':');
    if (key == "descr" && !descr) {
      descr = text.quoted("a plain type in quotes, not a record of fields");
    } else if (key == "fortran_order" && !fortran_order) {
      fortran_order = text.boolean();
    } else if (key == "shape" && !shape) {
      shape = text.shape();
    } else {
      throw text.wrong("descr, fortran_order and shape, each once");
    }
    if (!text.take(',')) {
      text.expect('}');
      break;
    }
  }
  if (!text.at_end()) throw text.wrong("the end of the header");
  if (!descr || !fortran_order || !shape) throw text.wrong("descr, fortran_order and shape, each once");
  header.dtype = dtype_of(*descr, where);
  header.fortran_order = *fortran_order;
  header.shape = *shape;
  const auto data_bytes = checked_bytes(header.shape, header.dtype);
  if (!data_bytes)
    throw file_error(where, "the array's size does not fit 63 bits (got shape {})", to_string(header.shape));
  header.data_bytes = *data_bytes;
  return header;
}

Array npy_array(const NpyHeader& header, Array flat) {
  const Shape& shape = header.shape;
  if (!header.fortran_order || shape.rank() < 2 || flat.elements() == 0) return flat;
  Array array(header.dtype, shape);
  const size_t size = size_of(header.dtype);
  std::array<int64_t, Shape::kMaxRank> strides{}, index{};
  int64_t stride = 1;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    strides[static_cast<size_t>(axis)] = stride;
    stride *= shape[axis];
  }
  const auto* src = static_cast<const uint8_t*>(flat.data());
  auto* dst = static_cast<uint8_t*>(array.data());
  int64_t from = 0;
  for (int64_t i = 0; i < array.elements(); ++i) {
    std::memcpy(dst + static_cast<size_t>(i) * size, src + static_cast<size_t>(from) * size, size);
    for (int axis = shape.rank() - 1; axis >= 0; --axis) {
      const auto a = static_cast<size_t>(axis);
      from += strides[a];
      if (++index[a] < shape[axis]) break;
      from -= strides[a] * shape[axis];
      index[a] = 0;
    }
  }
  return array;
}

Array parse_npy(Bytes bytes, const std::string& where) {
  const NpyHeader header = parse_npy_header(bytes, where);
  const uint64_t got = bytes.size() - header.data_offset;
  if (got != header.data_bytes)
    throw file_error(where, "holds another number of bytes than its shape {} of {} says (got {}, expected {})",
                     to_string(header.shape), to_string(header.dtype), got, header.data_bytes);
  Array flat(header.dtype, header.shape);
  if (got > 0) std::memcpy(flat.data(), bytes.data() + header.data_offset, flat.bytes());
  return npy_array(header, std::move(flat));
}

Array load_npy(const std::string& path) { return parse_npy(MappedFile(path).bytes(), path); }

std::string npy_header(DType dtype, const Shape& shape) {
  const std::string_view code = code_of(dtype);
  if (code.empty()) throw usage_error("npy", "numpy has no type for {}", to_string(dtype));
  std::string sizes = to_string(shape);
  std::string text = fmt::format("{{'descr': '{}{}', 'fortran_order': False, 'shape': {}, }}",
                                 size_of(dtype) == 1 ? '|' : '<', code, sizes);
  const size_t unpadded = 10 + text.size() + 1;
  text.append((64 - unpadded % 64) % 64, ' ');
  text += '\n';
  std::string header(kMagic);
  header += '\x01';
  header += '\0';
  header += static_cast<char>(text.size() & 0xff);
  header += static_cast<char>(text.size() >> 8);
  return header + text;
}

void save_npy(const std::string& path, const NamedTensor& tensor) {
  const std::string header = npy_header(tensor.dtype, tensor.shape);
  AtomicFile file(path);
  file.write(header);
  file.write(Bytes(static_cast<const uint8_t*>(tensor.data), tensor.bytes()));
  file.commit();
}

}  // namespace fovea
