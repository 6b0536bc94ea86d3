#include "fovea/data/transform.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "fovea/base/fields.h"
#include "fovea/kernels/resample.h"

namespace fovea {
namespace {

// Rows of a map of the plane: x counts columns, y rows.
using Matrix = std::array<std::array<double, 3>, 3>;

Matrix operator*(const Matrix& a, const Matrix& b) {
  Matrix product{};
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = 0; j < 3; ++j)
      for (size_t k = 0; k < 3; ++k) product[i][j] += a[i][k] * b[k][j];
  return product;
}

Matrix moved_by(double x, double y) { return {{{1, 0, x}, {0, 1, y}, {0, 0, 1}}}; }

// Numbers of a list or one number, all finite.
std::vector<double> numbers_of(const Json& json, const std::string& where) {
  std::vector<double> numbers(json.is_array() ? json.size() : 1);
  for (size_t i = 0; i < numbers.size(); ++i) read_field(json.is_array() ? json[i] : json, numbers[i], where);
  return numbers;
}

double draw_shift(const ShiftRange& range, int64_t side, RandomStream& random) {
  if (!range.any()) return 0;
  double shift = 0, most = range.most;
  if (range.whole || !range.values.empty()) {
    const auto count = range.whole ? static_cast<uint64_t>(*range.whole) : range.values.size();
    const uint64_t chosen = random.below(count);
    shift = range.whole ? static_cast<double>(chosen) : range.values[chosen];
    if (random.bits() & 1) shift = -shift;
    most =
        range.whole ? static_cast<double>(*range.whole) : *std::max_element(range.values.begin(), range.values.end());
  } else {
    shift = Range{-most, most}.draw(random);
  }
  return most < 1 ? shift * static_cast<double>(side) : shift;
}

// Turned, moved, sheared and zoomed about the middle, then flipped; none where nothing moves.
std::optional<kernels::AffineMap> map_of(const Transform& t, Compat compat, int64_t rows, int64_t columns) {
  const bool affine = t.theta != 0 || t.tx != 0 || t.ty != 0 || t.shear != 0 || t.zx != 1 || t.zy != 1;
  if (!affine && !t.flip_horizontal && !t.flip_vertical) return std::nullopt;
  const bool keras = compat == Compat::keras;
  double x = static_cast<double>(columns) / 2 - 0.5, y = static_cast<double>(rows) / 2 - 0.5;
  if (keras) std::swap(x, y);
  constexpr double kDegree = std::numbers::pi / 180;
  Matrix m = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  if (affine) {
    const double turn = t.theta * kDegree, shear = t.shear * kDegree;
    if (t.theta != 0) m = {{{std::cos(turn), -std::sin(turn), 0}, {std::sin(turn), std::cos(turn), 0}, {0, 0, 1}}};
    m = m * (keras ? moved_by(t.tx, t.ty) : moved_by(t.ty, t.tx));
    if (t.shear != 0) m = m * Matrix{{{1, -std::sin(shear), 0}, {0, std::cos(shear), 0}, {0, 0, 1}}};
    m = m * Matrix{{{t.zx, 0, 0}, {0, t.zy, 0}, {0, 0, 1}}};
    m = moved_by(x, y) * m * moved_by(-x, -y);
  }
  kernels::AffineMap map{{m[1][1], m[1][0], m[1][2]}, {m[0][1], m[0][0], m[0][2]}};
  for (double(*in)[3] : {&map.row, &map.column}) {
    if (t.flip_vertical) (*in)[2] += (*in)[0] * static_cast<double>(rows - 1), (*in)[0] = -(*in)[0];
    if (t.flip_horizontal) (*in)[2] += (*in)[1] * static_cast<double>(columns - 1), (*in)[1] = -(*in)[1];
  }
  return map;
}

struct Extremes {
  float low, high;
};
Extremes extremes(Canvas& canvas) {
  const auto [low, high] = std::minmax_element(canvas.now(), canvas.now() + canvas.elements());
  return {*low, *high};
}

template <class F>
void each(Canvas& canvas, F&& f) {
  float* x = canvas.now();
  for (int64_t i = 0; i < canvas.elements(); ++i) x[i] = f(x[i]);
}

// As Pillow blends bytes with black: rounded down. Pictures beyond 0 … 255 are stretched to these and back.
void brighten_as_keras(Canvas& canvas, float factor) {
  const auto [low, high] = extremes(canvas);
  const bool stretched = low < 0 || high > 255;
  const float size = high - low;
  each(canvas, [&](float x) {
    if (stretched) x = size != 0 ? (x - low) / size * 255 : 0;
    const float bright = std::clamp(std::trunc(std::trunc(x) * factor), 0.0f, 255.0f);
    return stretched ? bright / 255 * size + low : bright;
  });
}

}  // namespace

void read_field(const Json& json, ShiftRange& value, const std::string& where) {
  value = {};
  if (json.is_array()) {
    value.values = numbers_of(json, where);
  } else if (json.is_number_integer()) {
    read_field(json, value.whole.emplace(), where);
  } else {
    read_field(json, value.most, where);
  }
}
Json write_field(const ShiftRange& value) {
  if (value.whole) return *value.whole;
  return value.values.empty() ? Json(value.most) : Json(value.values);
}

void read_field(const Json& json, ZoomRange& value, const std::string& where) {
  const std::vector<double> bounds = numbers_of(json, where);
  if (bounds.size() != 1 && bounds.size() != 2)
    throw usage_error(where, "cannot be (got {}, expected a number or two)", shown(json));
  value = bounds.size() == 2 ? ZoomRange{bounds[0], bounds[1]} : ZoomRange{1 - bounds[0], 1 + bounds[0]};
}
Json write_field(const ZoomRange& value) { return Json::array({value.low, value.high}); }

void read_field(const Json& json, Compat& value, const std::string& where) {
  if (json != "keras" && json != "none") throw usage_error(where, "cannot be (got {}, expected keras)", shown(json));
  value = json == "keras" ? Compat::keras : Compat::none;
}
Json write_field(Compat value) { return value == Compat::keras ? "keras" : "none"; }

void check(const TransformOptions& options, const std::string& where) {
  check_size(options.rotation_range, "rotation_range", where);
  check_size(options.shear_range, "shear_range", where);
  check_size(options.channel_shift_range, "channel_shift_range", where);
  for (const auto& [range, name] : {std::pair{&options.width_shift_range, "width_shift_range"},
                                    std::pair{&options.height_shift_range, "height_shift_range"}}) {
    check_size(range->most, name, where);
    check_size(static_cast<double>(range->whole.value_or(0)), name, where);
    for (const double value : range->values) check_size(std::abs(value), name, where);
  }
  check_range({options.zoom_range.low, options.zoom_range.high}, "zoom_range", where);
  if (const auto& range = options.brightness_range) check_range(*range, "brightness_range", where);
  if (options.alternating_flip && options.horizontal_flip)
    throw usage_error(where + ": alternating_flip", "does not go with horizontal_flip (got both, expected one)");
}

Transform draw_transform(const TransformOptions& options, const Shape& picture, bool mirrored, RandomStream& random) {
  Transform t;
  const auto around_0 = [&](double most) { return most != 0 ? Range{-most, most}.draw(random) : 0.0; };
  t.theta = around_0(options.rotation_range);
  t.tx = draw_shift(options.height_shift_range, picture[0], random);
  t.ty = draw_shift(options.width_shift_range, picture[1], random);
  t.shear = around_0(options.shear_range);
  if (options.zoom_range.any()) {
    const Range zoom = {options.zoom_range.low, options.zoom_range.high};
    t.zx = zoom.draw(random);
    t.zy = zoom.draw(random);
  }
  t.flip_horizontal = options.horizontal_flip ? random.unit() < 0.5f : mirrored;
  if (options.vertical_flip) t.flip_vertical = random.unit() < 0.5f;
  if (options.channel_shift_range != 0) t.channel_shift_intensity = around_0(options.channel_shift_range);
  if (options.brightness_range) t.brightness = options.brightness_range->draw(random);
  return t;
}

void apply_transform(const Transform& transform, const TransformRule& rule, Canvas& canvas) {
  if (const auto map = map_of(transform, rule.compat, canvas.rows(), canvas.columns())) {
    const int64_t h = canvas.rows(), w = canvas.columns();
    kernels::resample({.h = h,
                       .w = w,
                       .c = canvas.channels(),
                       .oh = h,
                       .ow = w,
                       .map = *map,
                       .fill = rule.fill_mode,
                       .cval = rule.cval},
                      canvas.now(), canvas.next());
    canvas.turn();
  }
  if (transform.channel_shift_intensity) {
    const auto shift = static_cast<float>(*transform.channel_shift_intensity);
    const auto [low, high] = extremes(canvas);
    each(canvas, [=](float x) { return std::min(std::max(x + shift, low), high); });
  }
  if (transform.brightness) {
    const auto factor = static_cast<float>(*transform.brightness);
    if (rule.compat == Compat::keras) return brighten_as_keras(canvas, factor);
    const auto [low, high] = rule.range;
    each(canvas, [=](float x) { return std::min(std::max(low + (x - low) * factor, low), high); });
  }
}

}  // namespace fovea
