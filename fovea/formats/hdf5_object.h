// What libhdf5 says of one object of a file, on its way from the process that asks to the one that wants to know.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fovea/base/file.h"

namespace fovea {

// The types of numbers that are read, and opaque16: two bytes that an attribute may say to be a bfloat16.
enum class Hdf5Type : uint8_t { f16, bf16, f32, f64, i8, u8, i16, u16, i32, u32, i64, u64, opaque16, other };

struct Hdf5Attribute {
  enum class Kind : uint8_t { texts, numbers, other };
  std::string name;
  Kind kind = Kind::other;
  std::vector<std::string> texts;
  std::vector<double> numbers;
};

struct Hdf5Tensor {
  Hdf5Type type = Hdf5Type::other;
  std::string type_name;
  std::vector<uint64_t> sizes;
  std::string problem;    // why libhdf5 is not asked to read it; empty otherwise
  bool is_plain = false;  // its numbers lie in one piece from `address` on, little-endian
  bool is_packed = false;  // by filters
  uint64_t address = 0;
  uint64_t stored = 0;  // bytes in the file
};

struct Hdf5Object {
  std::string path;  // "/conv2d/kernel:0"; of the root ""
  std::vector<Hdf5Attribute> attributes;
  std::optional<Hdf5Tensor> tensor;  // nothing: a group
};

std::string packed(const Hdf5Object& object);
// One object after the other, all of the bytes. Throws Error (file) where they end early or cannot be.
std::vector<Hdf5Object> unpacked_objects(Bytes bytes, const std::string& where);

}  // namespace fovea
