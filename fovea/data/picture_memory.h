// Memory for pictures that threads fill together: zero at the start, and taken from the system where it is first
// written to, by whoever writes. What lies in a mapped file could stand here as well.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

#include <sys/mman.h>

namespace fovea {

class PictureMemory {
 public:
  explicit PictureMemory(size_t bytes) : bytes_(bytes) {
    if (bytes == 0) return;
    data_ = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data_ == MAP_FAILED) throw std::bad_alloc();
  }
  PictureMemory(const PictureMemory&) = delete;
  PictureMemory& operator=(const PictureMemory&) = delete;
  ~PictureMemory() {
    if (bytes_ > 0) ::munmap(data_, bytes_);
  }

  uint8_t* data() { return static_cast<uint8_t*>(data_); }
  const uint8_t* data() const { return static_cast<const uint8_t*>(data_); }

  // Gives back what lies behind these bytes.
  void keep(size_t bytes) {
    constexpr size_t kPage = 4096;
    const size_t kept = (bytes + kPage - 1) / kPage * kPage;
    if (kept < bytes_) ::madvise(data() + kept, bytes_ - kept, MADV_DONTNEED);
  }

 private:
  void* data_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace fovea
