// What lies beyond the edge of a picture.
#pragma once

#include <string>

#include "fovea/base/json.h"

namespace fovea::kernels {

//   constant  a number         reflect  d c b a | a b c d | d c b a
//   nearest   a a a a | a b c d | d d d d      wrap     over a period of n - 1: the two edges are one
enum class FillMode { constant, nearest, reflect, wrap };

void read_field(const Json& json, FillMode& value, const std::string& where);
Json write_field(FillMode value);

}  // namespace fovea::kernels
