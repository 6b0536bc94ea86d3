#include "fovea/tensor/buffer.h"

#include <sys/mman.h>

#include <cstring>
#include <new>

namespace fovea {
namespace {

// From here on pages of the system's own are worth their faults.
constexpr size_t kLarge = size_t{1} << 20;

}  // namespace

void* Buffer::allocate(size_t bytes) {
  if (bytes < kLarge) {
    void* data = ::operator new(bytes, std::align_val_t{kAlignment});
    std::memset(data, 0, bytes);
    return data;
  }
  void* data = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) throw std::bad_alloc();
  return data;
}

void Buffer::release(void* data, size_t bytes) {
  if (bytes < kLarge) ::operator delete(data, std::align_val_t{kAlignment});
  else ::munmap(data, bytes);
}

}  // namespace fovea
