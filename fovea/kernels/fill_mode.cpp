#include "fovea/kernels/fill_mode.h"

#include <algorithm>
#include <cassert>
#include <vector>

#include "fovea/base/error.h"
#include "fovea/base/fields.h"
#include "fovea/base/names.h"

namespace fovea::kernels {
namespace {

const std::vector<std::string> kNames = {"constant", "nearest", "reflect", "wrap"};  // in the order of FillMode

}  // namespace

void read_field(const Json& json, FillMode& value, const std::string& where) {
  const std::string name = json.is_string() ? json.get<std::string>() : "";
  const auto at = std::find(kNames.begin(), kNames.end(), name);
  if (at == kNames.end())
    throw usage_error(where, "cannot be (got {}, expected constant, nearest, reflect or wrap){}", shown(json),
                      did_you_mean(name, kNames));
  value = static_cast<FillMode>(at - kNames.begin());
}

Json write_field(FillMode value) {
  assert(value != FillMode::repeat && "a mode that has a name");
  return kNames[static_cast<size_t>(value)];
}

}  // namespace fovea::kernels
