// Numbers of channels as options.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "fovea/base/json.h"

namespace fovea {

// A number a channel, or one for all; JSON: a number or a list.
struct ChannelNumbers {
  std::vector<float> values;
  ChannelNumbers() = default;
  ChannelNumbers(float one) : values{one} {}  // NOLINT: a number stands for all channels
  ChannelNumbers(std::initializer_list<float> each) : values(each) {}
  bool one() const { return values.size() == 1; }
};
void read_field(const Json& json, ChannelNumbers& value, const std::string& where);
Json write_field(const ChannelNumbers& value);

}  // namespace fovea
