// Pictures that Keras's ImageDataGenerator made by given parameters: tests/golden/augment, see tests/golden/README.md.
#include <gtest/gtest.h>

#include "fovea/base/fields.h"
#include "fovea/base/file.h"
#include "fovea/data/standardize.h"
#include "fovea/data/transform.h"
#include "tests/harness/source_tree.h"

namespace fovea {
namespace {

constexpr float kClose = 1e-4f;

Json golden_of(const std::string& name) {
  const std::string path = source_tree("tests/golden/augment/" + name + ".json");
  return parse_json(read_file(path), path);
}

void flatten(const Json& json, std::vector<float>& into) {
  if (!json.is_array()) return into.push_back(json.get<float>());
  for (const Json& item : json) flatten(item, into);
}
std::vector<float> flat(const Json& json) {
  std::vector<float> numbers;
  flatten(json, numbers);
  return numbers;
}
Shape shape_of(const Json& json) {
  Shape shape;
  for (const Json* at = &json; at->is_array(); at = &at->at(0)) shape.push_back(static_cast<int64_t>(at->size()));
  return shape;
}

Transform transform_of(const Json& parameters) {
  Transform t;
  t.theta = parameters.value("theta", 0.0);
  t.tx = parameters.value("tx", 0.0);
  t.ty = parameters.value("ty", 0.0);
  t.shear = parameters.value("shear", 0.0);
  t.zx = parameters.value("zx", 1.0);
  t.zy = parameters.value("zy", 1.0);
  t.flip_horizontal = parameters.value("flip_horizontal", false);
  t.flip_vertical = parameters.value("flip_vertical", false);
  if (parameters.contains("channel_shift_intensity"))
    t.channel_shift_intensity = parameters.at("channel_shift_intensity");
  if (parameters.contains("brightness")) t.brightness = parameters.at("brightness");
  return t;
}

std::vector<float> transformed(const Json& picture, const Transform& transform, const TransformRule& rule) {
  Canvas canvas;
  canvas.reshape(shape_of(picture));
  const std::vector<float> numbers = flat(picture);
  std::copy(numbers.begin(), numbers.end(), canvas.now());
  apply_transform(transform, rule, canvas);
  return {canvas.now(), canvas.now() + canvas.elements()};
}

void expect_close(const std::vector<float>& got, const std::vector<float>& expected, float tolerance) {
  ASSERT_EQ(got.size(), expected.size());
  for (size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], expected[i], tolerance) << "at " << i;
}

TEST(GoldenTransform, HasKerasPixelsWhereTheyAreAskedFor) {
  const Json golden = golden_of("transforms");
  for (const Json& item : golden.at("cases")) {
    SCOPED_TRACE(item.at("name").get<std::string>() + " " + item.at("picture").get<std::string>() + " " +
                 item.at("fill_mode").get<std::string>());
    TransformRule rule{.cval = golden.at("cval"), .compat = Compat::keras};
    read_field(item.at("fill_mode"), rule.fill_mode, "fill_mode");
    const Json& picture = golden.at("pictures").at(item.at("picture").get<std::string>());
    expect_close(transformed(picture, transform_of(item.at("parameters")), rule), flat(item.at("result")), kClose);
  }
}

// Square pictures: a shift's axis is all that differs, and brightness that is not rounded down.
TEST(GoldenTransform, HasKerasPixelsOfTheOtherShiftOtherwise) {
  const Json golden = golden_of("transforms");
  int seen = 0;
  for (const Json& item : golden.at("cases")) {
    const Json& picture = golden.at("pictures").at(item.at("picture").get<std::string>());
    if (const Shape shape = shape_of(picture); shape[0] != shape[1]) continue;
    SCOPED_TRACE(item.at("name").get<std::string>() + " " + item.at("picture").get<std::string>() + " " +
                 item.at("fill_mode").get<std::string>());
    TransformRule rule{.cval = golden.at("cval")};
    read_field(item.at("fill_mode"), rule.fill_mode, "fill_mode");
    Transform transform = transform_of(item.at("parameters"));
    std::swap(transform.tx, transform.ty);
    expect_close(transformed(picture, transform, rule), flat(item.at("result")), transform.brightness ? 1 : kClose);
    ++seen;
  }
  EXPECT_GT(seen, 60);
}

TEST(GoldenStandardize, AgreesWithKeras) {
  const Json golden = golden_of("standardize");
  for (const Json& item : golden.at("cases")) {
    SCOPED_TRACE(item.at("name").get<std::string>() + " " + item.at("pictures").get<std::string>());
    const Json& given = golden.at("pictures").at(item.at("pictures").get<std::string>());
    std::vector<float> numbers = flat(given);
    Standardize standardize(options_from_json<StandardizeOptions>(item.at("options"), "options"),
                            shape_of(given.at(0)));
    standardize.fit(Array::of<float>(shape_of(given), numbers));
    standardize.apply(numbers.data());
    numbers.resize(static_cast<size_t>(shape_of(given.at(0)).elements()));
    expect_close(numbers, flat(item.at("result")), kClose);
  }
}

}  // namespace
}  // namespace fovea
