// Memory for pictures that threads fill together: zero at the start, and taken from the system where it is first
// written to, by whoever writes. What lies in a mapped file could stand here as well.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fovea {

class PictureMemory {
 public:
  // Throws std::bad_alloc where the system has not so much.
  explicit PictureMemory(size_t bytes);
  PictureMemory(const PictureMemory&) = delete;
  PictureMemory& operator=(const PictureMemory&) = delete;
  ~PictureMemory();

  uint8_t* data() { return static_cast<uint8_t*>(data_); }
  const uint8_t* data() const { return static_cast<const uint8_t*>(data_); }

  // Gives back what lies behind these bytes.
  void keep(size_t bytes);

 private:
  void* data_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace fovea
