// Resizing beside Keras and Pillow: goldens of tools/golden_pictures.py.
#include "fovea/data/resizing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "fovea/data/fit_picture.h"
#include "fovea/formats/npz.h"
#include "tests/harness/files.h"
#include "tests/harness/source_tree.h"

namespace fovea {
namespace {

using testing::HasSubstr;

std::string golden(const std::string& name) { return source_tree("tests/golden/pictures/" + name); }

Shape picture_shape(const Array& array) {
  const Shape& shape = array.shape();
  return {shape[0], shape[1], shape.rank() == 2 ? 1 : shape[2]};
}

std::vector<uint8_t> fitted(const Array& src, const Shape& dst, Resizing resizing) {
  std::vector<uint8_t> bytes(static_cast<size_t>(dst.elements()));
  PictureFit(picture_shape(src), dst, resizing, "f").fit(src.values<uint8_t>().data(), bytes.data());
  return bytes;
}

// "crop_pillow_bilinear_7x5"
Resizing resizing_of(const std::string& name) {
  const size_t first = name.find('_'), last = name.rfind('_');
  const std::string how = name.substr(0, first);
  std::string by = name.substr(first + 1, last - first - 1);
  if (by == "keras_nearest") by = "nearest";
  return {how == "gray" || how == "float" ? Resize::stretch : parse_resize(how, "f"), parse_interpolation(by, "f")};
}

TEST(Resizing, AgreesWithPillowToTheLastBit) {
  const Npz npz(golden("resized.npz"));
  int compared = 0;
  for (const std::string& name : npz.names()) {
    if (name.find("pillow") == std::string::npos && name.find("_nearest") == std::string::npos) continue;
    if (name.find("keras") != std::string::npos || name.starts_with("float_")) continue;
    SCOPED_TRACE(name);
    const Array expected = npz.read(name), src = npz.read(name.starts_with("gray_") ? "gray" : "src");
    const auto dst = fitted(src, picture_shape(expected), resizing_of(name));
    ASSERT_EQ(dst.size(), expected.bytes());
    for (size_t i = 0; i < dst.size(); ++i) ASSERT_EQ(dst[i], expected.values<uint8_t>()[i]) << "number " << i;
    ++compared;
  }
  EXPECT_EQ(compared, 7 * (3 * 4 + 1));
}

TEST(Resizing, AgreesWithKeras) {
  const Npz npz(golden("resized.npz"));
  const Array src = npz.read("src");
  const std::vector<float> floats(src.values<uint8_t>().begin(), src.values<uint8_t>().end());
  for (const std::string& name : npz.names()) {
    if (name.find("_bilinear") == std::string::npos && name.find("keras_nearest") == std::string::npos) continue;
    if (name.find("pillow") != std::string::npos) continue;
    SCOPED_TRACE(name);
    const Array expected = npz.read(name);
    const PictureFit fit(src.shape(), expected.shape(), resizing_of(name), "f");
    const auto bytes = fitted(src, expected.shape(), resizing_of(name));
    std::vector<float> of_bytes(bytes.size()), of_floats(bytes.size());
    fit.fit(src.values<uint8_t>().data(), of_bytes.data());
    fit.fit(floats.data(), of_floats.data());
    EXPECT_EQ(of_bytes, of_floats);
    for (size_t i = 0; i < bytes.size(); ++i) {
      ASSERT_NEAR(of_bytes[i], expected.values<float>()[i], 1e-4) << "number " << i;
      ASSERT_LE(std::abs(bytes[i] - of_bytes[i]), 0.5f) << "number " << i;
    }
  }
}

TEST(Resizing, OfFloatsAgreesWithPillow) {
  const Npz npz(golden("resized.npz"));
  const Array gray = npz.read("gray");
  const std::vector<float> src(gray.values<uint8_t>().begin(), gray.values<uint8_t>().end());
  for (const std::string& name : npz.names()) {
    if (!name.starts_with("float_")) continue;
    SCOPED_TRACE(name);
    const Array expected = npz.read(name);
    std::vector<float> dst(static_cast<size_t>(expected.elements()));
    PictureFit(picture_shape(gray), picture_shape(expected), resizing_of(name), "f").fit(src.data(), dst.data());
    for (size_t i = 0; i < dst.size(); ++i) ASSERT_FLOAT_EQ(dst[i], expected.values<float>()[i]) << "number " << i;
  }
}

TEST(Resizing, KeepsWhatFitsAndChangesChannelsAlone) {
  const Array src = Npz(golden("resized.npz")).read("gray");
  const Shape own = picture_shape(src);
  for (const std::string& name : interpolation_names()) {
    const Resizing resizing{Resize::crop, parse_interpolation(name, "f")};
    const auto gray = fitted(src, own, resizing);
    EXPECT_TRUE(std::equal(gray.begin(), gray.end(), src.values<uint8_t>().begin()));
    const auto colour = fitted(src, {own[0], own[1], 3}, resizing);
    for (size_t i = 0; i < colour.size(); ++i) ASSERT_EQ(colour[i], gray[i / 3]);
    const auto large = fitted(src, {40, 31, 3}, resizing), large_gray = fitted(src, {40, 31, 1}, resizing);
    for (size_t i = 0; i < large.size(); ++i) ASSERT_EQ(large[i], large_gray[i / 3]);
  }
}

TEST(Resizing, NamesWhatThereIs) {
  EXPECT_EQ(refusal([] { parse_interpolation("bicubic", "--interpolation"); }, ErrorKind::usage),
            "--interpolation: unknown interpolation (got \"bicubic\", expected bilinear, nearest, pillow_bilinear, "
            "pillow_bicubic or pillow_lanczos)");
  EXPECT_THAT(refusal([] { parse_resize("zoom", "--resize"); }, ErrorKind::usage),
              HasSubstr("expected stretch, crop or pad"));
}

}  // namespace
}  // namespace fovea
