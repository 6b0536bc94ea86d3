#include "fovea/data/picture_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <new>

namespace fovea {

PictureMemory::PictureMemory(size_t bytes) : bytes_(bytes) {
  if (bytes == 0) return;
  data_ = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data_ == MAP_FAILED) throw std::bad_alloc();
}

PictureMemory::~PictureMemory() {
  if (bytes_ > 0) ::munmap(data_, bytes_);
}

void PictureMemory::keep(size_t bytes) {
  const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  const size_t kept = (bytes + page - 1) / page * page;
  if (kept < bytes_) ::madvise(data() + kept, bytes_ - kept, MADV_DONTNEED);
}

}  // namespace fovea
