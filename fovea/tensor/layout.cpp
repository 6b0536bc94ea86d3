#include "fovea/tensor/layout.h"

namespace fovea {

Layout Layout::plain_of(int64_t n, const Shape& shape) {
  switch (shape.rank()) {
    case 0: return features(n, 1);
    case 1: return features(n, shape[0]);
    case 2: return plain(n, 1, shape[0], shape[1]);
    case 3: return plain(n, shape[0], shape[1], shape[2]);
    default: {
      int64_t rows = 1;
      for (int i = 0; i + 2 < shape.rank(); ++i) rows *= shape[i];
      return plain(n, rows, shape[shape.rank() - 2], shape.back());
    }
  }
}

std::string to_string(const Layout& layout) {
  const std::string n = std::to_string(layout.n), c = std::to_string(layout.c);
  if (layout.h == 1 && layout.w == 1 && layout.is_plain()) return n + "x" + c + " nc";
  const std::string sizes = n + "x" + std::to_string(layout.h) + "x" + std::to_string(layout.w) + "x" + c;
  if (layout.is_plain()) return sizes + " nhwc";
  if (layout.block == 1) return sizes + " nchw";
  return sizes + " nChw" + std::to_string(layout.block) + "c";
}

}  // namespace fovea
