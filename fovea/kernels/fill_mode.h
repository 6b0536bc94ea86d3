// What lies beyond the edge of a picture.
#pragma once

#include <string>

#include "fovea/base/json.h"

namespace fovea::kernels {

//   constant  a number
//   nearest   a a a a | a b c d | d d d d
//   reflect   d c b a | a b c d | d c b a
//   wrap      scipy's: over a period of n - 1, the two edges are one
//   repeat    TensorFlow's wrap: a b c d | a b c d | a b c d, nothing between d and a
enum class FillMode { constant, nearest, reflect, wrap, repeat };

// By Keras's four names: repeat has none.
void read_field(const Json& json, FillMode& value, const std::string& where);
Json write_field(FillMode value);

}  // namespace fovea::kernels
