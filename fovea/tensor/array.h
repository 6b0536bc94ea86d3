// A tensor outside the engine: plain row-major numbers with a shape and a type. What files hold and users see.
#pragma once

#include <cassert>
#include <cstring>
#include <span>

#include "fovea/tensor/buffer.h"
#include "fovea/tensor/dtype.h"
#include "fovea/tensor/shape.h"

namespace fovea {

class Array {
 public:
  Array() = default;
  Array(DType dtype, const Shape& shape)
      : dtype_(dtype), shape_(shape), buffer_(static_cast<size_t>(shape.elements()) * size_of(dtype)) {}
  template <class T>
  static Array of(const Shape& shape, std::span<const T> values) {
    Array array(DTypeOf<T>::value, shape);
    assert(static_cast<int64_t>(values.size()) == shape.elements() && "as many values as the shape has elements");
    if (!values.empty()) std::memcpy(array.data(), values.data(), values.size_bytes());
    return array;
  }
  Array clone() const {
    Array copy(dtype_, shape_);
    if (bytes() > 0) std::memcpy(copy.data(), data(), bytes());
    return copy;
  }

  DType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  int64_t elements() const { return shape_.elements(); }
  size_t bytes() const { return buffer_.bytes(); }
  void* data() { return buffer_.data(); }
  const void* data() const { return buffer_.data(); }

  template <class T>
  std::span<T> values() {
    assert(DTypeOf<T>::value == dtype_ && "values<T> of an array of T");
    return buffer_.as<T>();
  }
  template <class T>
  std::span<const T> values() const {
    assert(DTypeOf<T>::value == dtype_ && "values<T> of an array of T");
    return buffer_.as<T>();
  }
  // The same numbers under another shape of as many elements.
  void reshape(const Shape& shape) {
    assert(shape.elements() == shape_.elements() && "reshape keeps the number of elements");
    shape_ = shape;
  }

 private:
  DType dtype_ = DType::f32;
  Shape shape_ = {0};
  Buffer buffer_;
};

}  // namespace fovea
