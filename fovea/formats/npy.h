// numpy's .npy files: one array. Versions 1 to 3, little-endian, in C or Fortran order.
//
//   "\x93NUMPY" major minor | length of the text (2 bytes in version 1, else 4) | text | numbers
//
// The text is a Python dict: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }. Booleans are read as uint8.
#pragma once

#include <string>

#include "fovea/base/file.h"
#include "fovea/formats/named_tensor.h"
#include "fovea/tensor/array.h"

namespace fovea {

struct NpyHeader {
  DType dtype = DType::f32;
  bool fortran_order = false;
  Shape shape;
  size_t data_offset = 0;
  uint64_t data_bytes = 0;
};

// How many bytes of a file's beginning tell where its header ends.
inline constexpr size_t kNpyPrefix = 12;

// Where the numbers begin, from the first kNpyPrefix bytes (or all, where the file is shorter).
size_t npy_data_offset(Bytes prefix, const std::string& where);

// From at least the bytes before the numbers.
NpyHeader parse_npy_header(Bytes bytes, const std::string& where);

// The array of a header whose numbers lie in `flat` as the file has them: puts Fortran order right.
Array npy_array(const NpyHeader& header, Array flat);

Array parse_npy(Bytes bytes, const std::string& where);
Array load_npy(const std::string& path);

// Version 1, C order; the numbers begin at a multiple of 64.
std::string npy_header(DType dtype, const Shape& shape);
void save_npy(const std::string& path, const NamedTensor& tensor);
inline void save_npy(const std::string& path, const Array& array) { save_npy(path, NamedTensor::of("", array)); }

}  // namespace fovea
