#include "fovea/data/picture_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <new>

#include "fovea/base/error.h"

namespace fovea {
namespace {

size_t page_size() {
  static const auto size = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

}  // namespace

PictureMemory::PictureMemory(size_t bytes) : bytes_(bytes) {
  if (bytes == 0) return;
  void* const data = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) throw std::bad_alloc();
  data_ = static_cast<uint8_t*>(data);
}

PictureMemory::PictureMemory(CacheFile file, size_t bytes, size_t place)
    : file_(std::move(file)), bytes_(bytes), place_(place) {
  void* const data = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file_->descriptor(), 0);
  if (data == MAP_FAILED) throw file_error(file_->path(), "cannot map into memory: {}", std::strerror(errno));
  data_ = static_cast<uint8_t*>(data);
}

PictureMemory::~PictureMemory() {
  if (bytes_ > 0) ::munmap(data_, bytes_);
}

void PictureMemory::keep(size_t bytes) {
  const size_t kept = (bytes + page_size() - 1) / page_size() * page_size();
  if (kept < bytes_) ::madvise(data_ + kept, bytes_ - kept, MADV_DONTNEED);
}

void PictureMemory::expect(const uint8_t* begin, size_t bytes) const {
  if (!is_file()) return;
  const auto place = static_cast<size_t>(begin - data_), page = place / page_size() * page_size();
  ::madvise(data_ + page, place + bytes - page, MADV_WILLNEED);
}

}  // namespace fovea
