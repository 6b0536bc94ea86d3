// A tensor on its way into a file: a name and numbers that somebody else owns.
#pragma once

#include <string>

#include "fovea/tensor/array.h"

namespace fovea {

struct NamedTensor {
  std::string name;
  DType dtype = DType::f32;
  Shape shape;
  const void* data = nullptr;  // row-major; must live until the file is written

  size_t bytes() const { return static_cast<size_t>(shape.elements()) * size_of(dtype); }
  static NamedTensor of(std::string name, const Array& array) {
    return {std::move(name), array.dtype(), array.shape(), array.data()};
  }
};

}  // namespace fovea
