#include "fovea/formats/idx.h"

#include <algorithm>

#include "fovea/base/error.h"
#include "fovea/formats/gzip.h"
#include "fovea/formats/sizes.h"

namespace fovea {
namespace {

DType dtype_of(uint8_t type, const std::string& where) {
  switch (type) {
    case 0x08:
      return DType::u8;
    case 0x09:
      return DType::i8;
    case 0x0C:
      return DType::i32;
    case 0x0D:
      return DType::f32;
    case 0x0E:
      return DType::f64;
    default:
      break;
  }
  throw file_error(where, "an IDX file of this type cannot be read (got {}, expected 8, 9, 12, 13 or 14)", type);
}

void reverse_bytes(Array& array) {
  const size_t size = size_of(array.dtype());
  auto* bytes = static_cast<uint8_t*>(array.data());
  for (size_t at = 0; at < array.bytes(); at += size) std::reverse(bytes + at, bytes + at + size);
}

}  // namespace

Array load_idx(const std::string& path) {
  InflatingReader reader(path);
  uint8_t magic[4];
  reader.read_exactly(magic);
  if (magic[0] != 0 || magic[1] != 0)
    throw file_error(path,
                     "is not an IDX file (it begins with {:02x} {:02x} {:02x} {:02x}, expected 00 00, type, rank)",
                     magic[0], magic[1], magic[2], magic[3]);
  const DType dtype = dtype_of(magic[2], path);
  const int rank = magic[3];
  if (rank < 1 || rank > Shape::kMaxRank)
    throw file_error(path, "an IDX file of this rank cannot be read (got {}, expected 1 to {})", rank, Shape::kMaxRank);
  Shape shape;
  for (int axis = 0; axis < rank; ++axis) {
    uint8_t size[4];
    reader.read_exactly(size);
    shape.push_back(int64_t{size[0]} << 24 | int64_t{size[1]} << 16 | int64_t{size[2]} << 8 | int64_t{size[3]});
  }
  const auto bytes = checked_bytes(shape, dtype);
  if (!bytes || !reader.can_hold(*bytes))
    throw file_error(path, "the file is too short for the shape its header says (got {})", to_string(shape));
  Array array(dtype, shape);
  reader.read_exactly({static_cast<uint8_t*>(array.data()), array.bytes()});
  reader.expect_end();
  if (size_of(dtype) > 1) reverse_bytes(array);
  return array;
}

}  // namespace fovea
