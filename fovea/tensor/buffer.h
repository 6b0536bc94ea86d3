// Memory for tensors: aligned to a cache line (and to any vector), zero at the start, moved and never copied. Of a large
// buffer the system gives each page where it is first written to: what is never used costs nothing.
#pragma once

#include <cstddef>
#include <span>
#include <utility>

namespace fovea {

inline constexpr size_t kAlignment = 64;

class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(size_t bytes) : data_(bytes == 0 ? nullptr : allocate(bytes)), bytes_(bytes) {}
  Buffer(Buffer&& other) noexcept : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Buffer() {
    if (data_ != nullptr) release(data_, bytes_);
  }

  void* data() { return data_; }
  const void* data() const { return data_; }
  size_t bytes() const { return bytes_; }
  template <class T>
  std::span<T> as() {
    return {static_cast<T*>(data_), bytes_ / sizeof(T)};
  }
  template <class T>
  std::span<const T> as() const {
    return {static_cast<const T*>(data_), bytes_ / sizeof(T)};
  }

 private:
  static void* allocate(size_t bytes);  // throws std::bad_alloc
  static void release(void* data, size_t bytes);

  void* data_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace fovea
