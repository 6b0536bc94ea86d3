#include "fovea/data/canvas.h"

#include <cassert>

#include "fovea/kernels/resample.h"

namespace fovea {

void Canvas::reshape(const Shape& shape) {
  assert(shape.rank() == 3 && "pictures are (h, w, c)");
  shape_ = shape;
  const auto size = static_cast<size_t>(shape.elements() + kernels::resample_spare(shape.back()));
  if (now_.size() < size) now_.resize(size);
  if (next_.size() < size) next_.resize(size);
}

}  // namespace fovea
