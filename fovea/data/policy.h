// Augmentation without tuning: some operations of a fixed list, drawn for each picture.
//
//   RandAugment (Cubuk et al. 2019)                      so many operations, one magnitude for all
//   TrivialAugment (Müller and Hutter 2021, wide space)  one operation, its magnitude drawn too
//
// Operations and magnitudes are torchvision's, 31 steps each; places between pixels are interpolated, and edges filled
// by fill_mode.
#pragma once

#include "fovea/data/transform.h"

namespace fovea {

struct PolicyOptions {
  int64_t rand_augment = 0;  // operations
  int64_t magnitude = 9;     // of these, 0 … 30
  bool trivial_augment = false;

  template <class Visitor>
  void fields(Visitor& v) {
    v("rand_augment", rand_augment);
    v("magnitude", magnitude);
    v("trivial_augment", trivial_augment);
  }
};
void check(const PolicyOptions& options, const std::string& where);

enum class Operation {
  identity,
  shear_x,
  shear_y,
  translate_x,
  translate_y,
  rotate,
  brightness,
  color,
  contrast,
  sharpness,
  posterize,
  solarize,
  auto_contrast,
  equalize
};
inline constexpr int kOperations = 14;

// The size of an operation: radians, pixels, degrees, a share that is added to the factor 1, bits, a number that is
// turned over.
double operation_size(Operation operation, int64_t magnitude, bool wide, const Shape& picture, ValueRange range);
// Whether the sign of the size is drawn.
bool has_sign(Operation operation);

void apply_operation(Operation operation, double size, const TransformRule& rule, Canvas& canvas);
void apply_policies(const PolicyOptions& options, const TransformRule& rule, Canvas& canvas, RandomStream& random);

}  // namespace fovea
