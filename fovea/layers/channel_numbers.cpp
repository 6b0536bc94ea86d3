#include "fovea/layers/channel_numbers.h"

#include "fovea/base/fields.h"

namespace fovea {

void read_field(const Json& json, ChannelNumbers& value, const std::string& where) {
  value.values.clear();
  if (json.is_array()) read_field(json, value.values, where);
  else read_field(json, value.values.emplace_back(), where);
}
Json write_field(const ChannelNumbers& value) { return value.one() ? write_field(value.values[0]) : write_field(value.values); }

}  // namespace fovea
