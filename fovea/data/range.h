// Two numbers as an option: what something is drawn between.
#pragma once

#include <string>

#include "fovea/base/json.h"
#include "fovea/base/random.h"

namespace fovea {

struct Range {
  double low = 0, high = 0;

  double draw(RandomStream& random) const { return low + (high - low) * random.unit_double(); }
};
void read_field(const Json& json, Range& value, const std::string& where);
Json write_field(const Range& value);

// Throw Error (usage) naming WHERE: NAME where numbers are below 0, not finite, or in the wrong order; the second for a
// share, the third for any size.
void check_range(const Range& range, const char* name, const std::string& where);
void check_share(double value, const char* name, const std::string& where);
void check_size(double value, const char* name, const std::string& where);

}  // namespace fovea
