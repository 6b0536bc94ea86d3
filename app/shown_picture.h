// Pictures of a data set or an array as people are shown them, whatever numbers they are of.
#pragma once

#include "fovea/data/dataset.h"
#include "fovea/formats/image.h"

namespace fovea::app {

// Of (h, w, c) numbers: one channel or three; of others the first. Floats are 0 … 1, 0 … 255, or whatever they are: then
// between their smallest and largest.
Image image_of(const uint8_t* numbers, const Shape& shape);
Image image_of(const float* numbers, const Shape& shape);
Image image_of(const Split& split, int64_t i);
// Of numbers that are 0 … 255 already.
Image image_of_bytes(const float* numbers, const Shape& shape);

}  // namespace fovea::app
