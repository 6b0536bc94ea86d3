#include "fuzz/coverage.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

// It must not count itself, and it runs so often that it is not looked at either.
#define FOVEA_NOT_TRACED __attribute__((no_sanitize_coverage, no_sanitize("address", "undefined")))

namespace fovea::fuzz {
namespace {

constexpr size_t kWays = size_t{1} << 16;  // by hash: a few share a place

// Null until the first input: what is called before main is not counted.
uint8_t* taken = nullptr;   // how often, since start_coverage()
uint8_t known[kWays] = {};  // a bit for every power of two seen
thread_local uintptr_t last_block = 0;

FOVEA_NOT_TRACED void* shared_memory(size_t bytes) {
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) std::abort();
  return memory;
}

}  // namespace

FOVEA_NOT_TRACED void start_coverage() {
  if (taken == nullptr) taken = static_cast<uint8_t*>(shared_memory(kWays));
  std::memset(taken, 0, kWays);
  last_block = 0;
}

FOVEA_NOT_TRACED std::optional<bool> coverage_grew() {
  bool grew = false, told = false;
  for (size_t word = 0; word < kWays; word += sizeof(uint64_t)) {
    uint64_t counts;
    std::memcpy(&counts, taken + word, sizeof counts);
    if (counts == 0) continue;  // nearly all
    told = true;
    for (size_t i = word; i < word + sizeof counts; ++i) {
      unsigned power = 0x80;
      while (power > taken[i]) power >>= 1;
      grew |= (known[i] & power) != power;
      known[i] |= static_cast<uint8_t>(power);
    }
  }
  if (!told) return {};
  return grew;
}

}  // namespace fovea::fuzz

// Called by every block of code that is compiled for it.
extern "C" FOVEA_NOT_TRACED void __sanitizer_cov_trace_pc() {
  using namespace fovea::fuzz;
  if (taken == nullptr) return;
  // Fibonacci hashing: neighbouring addresses lie far apart.
  const uintptr_t block = (reinterpret_cast<uintptr_t>(__builtin_return_address(0)) * 0x9e3779b97f4a7c15) >> 48;
  uint8_t& count = taken[block ^ last_block];
  count += count < 0xff;
  last_block = block >> 1;
}
