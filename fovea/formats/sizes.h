// Arithmetic on sizes that a foreign file claims: checked before anything is allocated.
#pragma once

#include <cstdint>
#include <optional>

#include "fovea/tensor/dtype.h"
#include "fovea/tensor/shape.h"

namespace fovea {

// Deflate makes at most 1032 bytes of one (a match of 258 bytes in two bits): a file that claims more lies.
inline constexpr uint64_t kDeflateRatio = 1032;

// Whether `compressed` bytes of deflate can be `size` bytes.
inline bool deflate_can_hold(uint64_t compressed, uint64_t size) { return size / kDeflateRatio <= compressed; }

// Bytes of a tensor, or nothing where a size is negative or the product does not fit int64.
inline std::optional<uint64_t> checked_bytes(const Shape& shape, DType dtype) {
  int64_t bytes = static_cast<int64_t>(size_of(dtype));
  bool empty = false;
  for (int64_t size : shape) {
    if (size < 0) return std::nullopt;
    if (size == 0) {
      empty = true;
    } else if (__builtin_mul_overflow(bytes, size, &bytes)) {
      return std::nullopt;
    }
  }
  return empty ? 0 : static_cast<uint64_t>(bytes);
}

}  // namespace fovea
