// An input as a file, for parsers that open their files themselves. It lies in memory and has a name under /proc.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "fovea/base/file.h"

namespace fovea::fuzz {

class InputFile {
 public:
  explicit InputFile(Bytes input) : descriptor_(::memfd_create("input", 0)) {
    const bool written = ::write(descriptor_, input.data(), input.size()) == static_cast<ssize_t>(input.size());
    if (descriptor_ < 0 || !written) std::abort();
  }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile() { ::close(descriptor_); }

  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

}  // namespace fovea::fuzz
