// One random transform of a picture, as Keras's ImageDataGenerator makes it: turned, moved, sheared and zoomed about
// its middle, its channels shifted, flipped, brightened, in this order.
//
// In Keras 3 `height_shift_range` moves pictures sideways and `width_shift_range` up and down, and pictures that are
// not square turn about a point that is not their middle. Here they do not, unless `compat` asks for Keras's pixels;
// then brightness is Keras's too, which rounds down to whole numbers. All other pixels are Keras's in both.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fovea/data/canvas.h"
#include "fovea/data/range.h"
#include "fovea/kernels/fill_mode.h"

namespace fovea {

using kernels::FillMode;

// A number below 1 is the share of the picture's side, one from 1 on pixels, drawn from -most to most. A whole number n
// is 0 … n - 1 pixels, a list its numbers, both with a random sign.
struct ShiftRange {
  double most = 0;
  std::optional<int64_t> whole = {};
  std::vector<double> values = {};

  bool any() const { return most != 0 || whole.value_or(0) != 0 || !values.empty(); }
};
void read_field(const Json& json, ShiftRange& value, const std::string& where);
Json write_field(const ShiftRange& value);

// Bounds of a factor: a number z stands for 1 - z and 1 + z.
struct ZoomRange {
  double low = 1, high = 1;
  bool any() const { return low != 1 || high != 1; }
};
void read_field(const Json& json, ZoomRange& value, const std::string& where);
Json write_field(const ZoomRange& value);

// Whose pixels: ours, or Keras's with their defects.
enum class Compat { none, keras };
void read_field(const Json& json, Compat& value, const std::string& where);
Json write_field(Compat value);

// Keras's arguments.
struct TransformOptions {
  double rotation_range = 0;  // degrees
  ShiftRange width_shift_range, height_shift_range;
  double shear_range = 0;  // degrees
  ZoomRange zoom_range;    // of both axes apart; below 1 things grow
  double channel_shift_range = 0;
  std::optional<Range> brightness_range = {};
  bool horizontal_flip = false, vertical_flip = false;
  bool alternating_flip = false;  // horizontally in every second epoch: the even or the odd ones, by chance
  FillMode fill_mode = FillMode::nearest;
  float cval = 0;
  Compat compat = Compat::none;

  template <class Visitor>
  void fields(Visitor& v) {
    v("rotation_range", rotation_range);
    v("width_shift_range", width_shift_range);
    v("height_shift_range", height_shift_range);
    v("shear_range", shear_range);
    v("zoom_range", zoom_range);
    v("channel_shift_range", channel_shift_range);
    v("brightness_range", brightness_range);
    v("horizontal_flip", horizontal_flip);
    v("vertical_flip", vertical_flip);
    v("alternating_flip", alternating_flip);
    v("fill_mode", fill_mode);
    v("cval", cval);
    v("compat", compat);
  }
};

// Throws Error (usage) for ranges that cannot be.
void check(const TransformOptions& options, const std::string& where);

// What was drawn for a picture: Keras's dictionary of apply_transform. Shifts are in pixels, `tx` that of
// height_shift_range.
struct Transform {
  double theta = 0, tx = 0, ty = 0, shear = 0, zx = 1, zy = 1;
  bool flip_horizontal = false, flip_vertical = false;
  std::optional<double> channel_shift_intensity = {}, brightness = {};
};

// `mirrored`: it is this picture's turn of `alternating_flip`.
Transform draw_transform(const TransformOptions& options, const Shape& picture, bool mirrored, RandomStream& random);

// How a transform is carried out.
struct TransformRule {
  FillMode fill_mode = FillMode::nearest;
  float cval = 0;
  Compat compat = Compat::none;
  ValueRange range = {};  // what brightness keeps to
};

void apply_transform(const Transform& transform, const TransformRule& rule, Canvas& canvas);

}  // namespace fovea
