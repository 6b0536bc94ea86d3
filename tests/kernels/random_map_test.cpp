// Pictures that Keras 3's Random… layers made by given numbers: tests/golden/augment/layers.json, see
// tests/golden/README.md.
#include "fovea/kernels/random_map.h"

#include <gtest/gtest.h>

#include "fovea/base/file.h"
#include "fovea/base/json.h"
#include "tests/harness/source_tree.h"
#include "tests/kernels/loops.h"

namespace fovea::kernels {
namespace {

std::vector<double> flat(const Json& json) {
  if (!json.is_array()) return {json.get<double>()};
  std::vector<double> values;
  for (const Json& item : json)
    for (double value : flat(item)) values.push_back(value);
  return values;
}

TEST(RandomMap, HasKerasPixelsForGivenNumbers) {
  const std::string path = source_tree("tests/golden/augment/layers.json");
  const Json golden = parse_json(read_file(path), path);
  const Json& picture = golden.at("picture");
  const auto h = static_cast<int64_t>(picture.size()), w = static_cast<int64_t>(picture.at(0).size());
  const Layout layout = Layout::plain(1, h, w, 2);
  for (const Json& item : golden.at("cases")) {
    SCOPED_TRACE(item.at("layer").dump() + item.at("numbers").dump() + item.at("fill_mode").dump() +
                 item.at("interpolation").dump());
    const double first = item.at("numbers")[0], second = item.at("numbers")[1];
    RandomMapProblem p{.src = layout,
                       .oh = h,
                       .ow = w,
                       .low = {first, second},
                       .high = {first, second},
                       .value = item.at("fill_value"),
                       .interpolate = item.at("interpolation") == "bilinear"};
    p.kind = item.at("layer") == "turn" ? MapKind::turn : item.at("layer") == "move" ? MapKind::move : MapKind::zoom;
    read_field(item.at("fill_mode"), p.fill, "fill_mode");
    if (p.fill == FillMode::wrap) p.fill = FillMode::repeat;
    GuardedBuffer src = floats_buffer(flat(picture)), dst(layout.bytes());
    run_loop(random_map_forward(p), {&src, &dst});
    const std::vector<double> got = values_of(dst), expected = flat(item.at("result"));
    for (size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], expected[i], 2e-3) << "at " << i;
  }
}

}  // namespace
}  // namespace fovea::kernels
