#include "fovea/data/policy.h"

#include <cmath>

#include "fovea/base/error.h"
#include "fovea/data/colour.h"
#include "fovea/kernels/resample.h"

namespace fovea {
namespace {

constexpr int64_t kMagnitudes = 31;

void resample(const kernels::AffineMap& map, const TransformRule& rule, Canvas& canvas) {
  const int64_t h = canvas.rows(), w = canvas.columns();
  kernels::resample(
      {.h = h, .w = w, .c = canvas.channels(), .oh = h, .ow = w, .map = map, .fill = rule.fill_mode, .cval = rule.cval},
      canvas.now(), canvas.next());
  canvas.turn();
}

void draw_operation(int64_t magnitude, bool wide, const TransformRule& rule, Canvas& canvas, RandomStream& random) {
  const auto operation = static_cast<Operation>(random.below(kOperations));
  if (wide) magnitude = static_cast<int64_t>(random.below(kMagnitudes));
  double size = operation_size(operation, magnitude, wide, canvas.shape(), rule.range);
  if (has_sign(operation) && (random.bits() & 1)) size = -size;
  apply_operation(operation, size, rule, canvas);
}

}  // namespace

void check(const PolicyOptions& options, const std::string& where) {
  if (options.rand_augment < 0 || options.rand_augment > 100)
    throw usage_error(where + ": rand_augment", "cannot be (got {}, expected 0 to 100 operations)",
                      options.rand_augment);
  if (options.magnitude < 0 || options.magnitude >= kMagnitudes)
    throw usage_error(where + ": magnitude", "cannot be (got {}, expected 0 to 30)", options.magnitude);
  if (options.trivial_augment && options.rand_augment > 0)
    throw usage_error(where + ": trivial_augment", "does not go with rand_augment (got both, expected one)");
}

double operation_size(Operation operation, int64_t magnitude, bool wide, const Shape& picture, ValueRange range) {
  const double share = static_cast<double>(magnitude) / static_cast<double>(kMagnitudes - 1);
  switch (operation) {
    case Operation::shear_x:
    case Operation::shear_y:
      return std::atan(share * (wide ? 0.99 : 0.3));
    case Operation::translate_x:
      return share * (wide ? 32 : 150.0 / 331.0 * static_cast<double>(picture[1]));
    case Operation::translate_y:
      return share * (wide ? 32 : 150.0 / 331.0 * static_cast<double>(picture[0]));
    case Operation::rotate:
      return share * (wide ? 135 : 30);
    case Operation::brightness:
    case Operation::color:
    case Operation::contrast:
    case Operation::sharpness:
      return share * (wide ? 0.99 : 0.9);
    case Operation::posterize:
      return 8 - std::nearbyint(share * (wide ? 6 : 4));
    case Operation::solarize:
      return range.high - share * (range.high - range.low);
    default:
      return 0;
  }
}

bool has_sign(Operation operation) { return operation >= Operation::shear_x && operation <= Operation::sharpness; }

void apply_operation(Operation operation, double size, const TransformRule& rule, Canvas& canvas) {
  const double slope = std::tan(size);  // about the picture's upper left corner, half a pixel before its first pixel
  const auto factor = static_cast<float>(1 + size);
  switch (operation) {
    case Operation::identity:
      return;
    case Operation::shear_x:
      return resample({{1, 0, 0}, {slope, 1, slope / 2}}, rule, canvas);
    case Operation::shear_y:
      return resample({{1, slope, slope / 2}, {0, 1, 0}}, rule, canvas);
    case Operation::translate_x:
      return resample({{1, 0, 0}, {0, 1, -std::trunc(size)}}, rule, canvas);
    case Operation::translate_y:
      return resample({{1, 0, -std::trunc(size)}, {0, 1, 0}}, rule, canvas);
    case Operation::rotate:
      return apply_transform({.theta = size}, rule, canvas);
    case Operation::brightness:
      return brighten(canvas, rule.range, factor);
    case Operation::color:
      return saturate(canvas, rule.range, factor);
    case Operation::contrast:
      return change_contrast(canvas, rule.range, factor);
    case Operation::sharpness:
      return sharpen(canvas, rule.range, factor);
    case Operation::posterize:
      return posterize(canvas, rule.range, static_cast<int>(size));
    case Operation::solarize:
      return solarize(canvas, rule.range, static_cast<float>(size));
    case Operation::auto_contrast:
      return stretch_contrast(canvas, rule.range);
    case Operation::equalize:
      return equalize(canvas, rule.range);
  }
}

void apply_policies(const PolicyOptions& options, const TransformRule& rule, Canvas& canvas, RandomStream& random) {
  for (int64_t i = 0; i < options.rand_augment; ++i) draw_operation(options.magnitude, false, rule, canvas, random);
  if (options.trivial_augment) draw_operation(0, true, rule, canvas, random);
}

}  // namespace fovea
