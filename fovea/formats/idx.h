// IDX files, MNIST's format: one array, big-endian, often gzipped.
//
//   0 0 type rank | a size an axis (4 bytes each) | numbers;    type: 8 uint8, 9 int8, 12 int32, 13 float32, 14 float64
#pragma once

#include <string>

#include "fovea/tensor/array.h"

namespace fovea {

// The array, read straight into its memory; gzip is seen by the file's first bytes.
Array load_idx(const std::string& path);

}  // namespace fovea
