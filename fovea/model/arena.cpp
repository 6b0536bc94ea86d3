#include "fovea/model/arena.h"

#include <algorithm>
#include <numeric>

#include "fovea/tensor/buffer.h"

namespace fovea {

Placement place(const std::vector<Lifetime>& lifetimes) {
  Placement placement;
  placement.offsets.assign(lifetimes.size(), 0);
  std::vector<size_t> order(lifetimes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return lifetimes[a].bytes > lifetimes[b].bytes; });
  std::vector<size_t> placed;  // in order of offset
  for (size_t i : order) {
    const Lifetime& life = lifetimes[i];
    const size_t bytes = (life.bytes + kAlignment - 1) / kAlignment * kAlignment;
    size_t offset = 0;
    for (size_t other : placed) {
      const Lifetime& there = lifetimes[other];
      if (there.last < life.first || life.last < there.first) continue;
      if (placement.offsets[other] >= offset + bytes) break;
      offset = std::max(offset, placement.offsets[other] + (there.bytes + kAlignment - 1) / kAlignment * kAlignment);
    }
    placement.offsets[i] = offset;
    placement.bytes = std::max(placement.bytes, offset + bytes);
    const auto before = [&](size_t a, size_t b) { return placement.offsets[a] < placement.offsets[b]; };
    placed.insert(std::upper_bound(placed.begin(), placed.end(), i, before), i);
  }
  return placement;
}

}  // namespace fovea
