// The sizes of a tensor, in row-major order.
//
// Inside a model a Shape is that of one picture: (h, w, c) for maps, (features) for vectors; the batch is the plan's.
// In files and arrays it is the whole tensor's.
#pragma once

#include <array>
#include <cassert>
#include <cstdint>
#include <initializer_list>
#include <string>

namespace fovea {

class Shape {
 public:
  static constexpr int kMaxRank = 8;

  Shape() = default;
  Shape(std::initializer_list<int64_t> sizes) {
    for (int64_t size : sizes) push_back(size);
  }

  int rank() const { return rank_; }
  int64_t operator[](int axis) const {
    assert(axis >= 0 && axis < rank_ && "axis of a shape");
    return sizes_[static_cast<size_t>(axis)];
  }
  int64_t& operator[](int axis) {
    assert(axis >= 0 && axis < rank_ && "axis of a shape");
    return sizes_[static_cast<size_t>(axis)];
  }
  int64_t back() const { return (*this)[rank_ - 1]; }
  void push_back(int64_t size) {
    assert(rank_ < kMaxRank && "a shape has at most 8 axes");
    sizes_[static_cast<size_t>(rank_++)] = size;
  }
  const int64_t* begin() const { return sizes_.data(); }
  const int64_t* end() const { return sizes_.data() + rank_; }

  // Number of elements; 1 for rank 0. The caller keeps products within int64 (parsers check before they build one).
  int64_t elements() const {
    int64_t count = 1;
    for (int64_t size : *this) count *= size;
    return count;
  }
  bool operator==(const Shape& other) const {
    if (rank_ != other.rank_) return false;
    for (int i = 0; i < rank_; ++i)
      if ((*this)[i] != other[i]) return false;
    return true;
  }

 private:
  std::array<int64_t, kMaxRank> sizes_{};
  int rank_ = 0;
};

// "(30, 30, 32)"; with `batch` "(None, 30, 30, 32)" as Keras prints it.
std::string to_string(const Shape& shape, bool batch = false);

}  // namespace fovea
