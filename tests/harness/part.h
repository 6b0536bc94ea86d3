// A layer for tests: a part of one long vector as a picture in a layout of one's choice. It makes several inputs, or
// inputs in any layout, of a model's only input.
#pragma once

#include "fovea/layers/layer.h"

namespace fovea {

// (features) -> shape, elements [first, first + shape.elements()). Block 0 is plain; other blocks serve pictures only.
std::shared_ptr<Layer> part_of_input(int64_t first, const Shape& shape, int64_t block = 0);

}  // namespace fovea
