#include "fovea/layers/random_flip.h"

#include <algorithm>

#include "fovea/layers/activate.h"

namespace fovea {
namespace {

const std::vector<std::string> kModes = {"horizontal", "vertical",
                                         "horizontal_and_vertical"};  // in the order of FlipMode

}  // namespace

void read_field(const Json& json, FlipMode& value, const std::string& where) {
  const std::string name = json.is_string() ? json.get<std::string>() : "";
  const auto at = std::find(kModes.begin(), kModes.end(), name);
  if (at == kModes.end())
    throw usage_error(where, "cannot be (got {}, expected horizontal, vertical or horizontal_and_vertical){}",
                      shown(json), did_you_mean(name, kModes));
  value = static_cast<FlipMode>(at - kModes.begin());
}
Json write_field(FlipMode value) { return kModes[static_cast<size_t>(value)]; }

Shape RandomFlip::infer(std::span<const Shape> src) const { return only(src, 3); }

void RandomFlip::plan(Planner& planner) const {
  if (!planner.training()) return plan_identity(planner);
  plan_random_map(planner, "flip",
                  {.kind = kernels::MapKind::flip,
                   .flip_rows = options_.mode != FlipMode::horizontal,
                   .flip_columns = options_.mode != FlipMode::vertical});
}

}  // namespace fovea
