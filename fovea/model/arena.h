// Places buffers with lifetimes into as little memory as a greedy rule finds.
#pragma once

#include <cstddef>
#include <vector>

namespace fovea {

struct Lifetime {
  size_t bytes = 0;
  int first = 0, last = 0;  // steps, inclusive
};

struct Placement {
  std::vector<size_t> offsets;  // one a lifetime, multiples of kAlignment
  size_t bytes = 0;             // of the whole arena
};

// Largest first, each at the lowest offset where nothing that lives at the same time lies.
Placement place(const std::vector<Lifetime>& lifetimes);

}  // namespace fovea
