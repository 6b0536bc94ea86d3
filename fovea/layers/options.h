// The kinds of value that layers' options have, as Keras's configs write them.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "fovea/base/fields.h"
#include "fovea/tensor/shape.h"

namespace fovea {

// Rows and columns; JSON: one number for both, or [rows, columns].
struct Size2 {
  int64_t h = 1, w = 1;
  Size2() = default;
  Size2(int64_t both) : h(both), w(both) {}  // NOLINT: a number stands for a square, as in Keras
  Size2(int64_t rows, int64_t columns) : h(rows), w(columns) {}
  bool operator==(const Size2&) const = default;
};
void read_field(const Json& json, Size2& value, const std::string& where);
Json write_field(const Size2& value);
std::string to_string(const Size2& size);  // "3x3"

// Rows and columns that are added to a size; JSON as Size2, but from 0 on.
struct Extra2 {
  int64_t h = 0, w = 0;
  Extra2() = default;
  Extra2(int64_t both) : h(both), w(both) {}  // NOLINT: as Size2
  Extra2(int64_t rows, int64_t columns) : h(rows), w(columns) {}
  bool operator==(const Extra2&) const = default;
};
void read_field(const Json& json, Extra2& value, const std::string& where);
Json write_field(const Extra2& value);
std::string to_string(const Extra2& extra);

// What lies around a picture; JSON: one number for all sides, [rows, columns], or [[top, bottom], [left, right]].
struct Margins {
  int64_t top = 0, bottom = 0, left = 0, right = 0;
  Margins() = default;
  Margins(int64_t all) : Margins(all, all) {}  // NOLINT: a number stands for all sides, as in Keras
  Margins(int64_t rows, int64_t columns) : Margins(rows, rows, columns, columns) {}
  Margins(int64_t t, int64_t b, int64_t l, int64_t r) : top(t), bottom(b), left(l), right(r) {}
  bool operator==(const Margins&) const = default;
};
void read_field(const Json& json, Margins& value, const std::string& where);
Json write_field(const Margins& value);

enum class Padding { valid, same };
void read_field(const Json& json, Padding& value, const std::string& where);
Json write_field(Padding value);

// What follows a layer's own work (Keras 3: activations/activations.py); swish and hard_swish are read as silu and hard_silu.
enum class ActivationKind {
  linear, relu, sigmoid, tanh, softmax,
  relu6, leaky_relu, elu, selu, gelu, silu, hard_sigmoid, hard_silu, softplus, mish
};
void read_field(const Json& json, ActivationKind& value, const std::string& where);
Json write_field(ActivationKind value);
std::string to_string(ActivationKind kind);

// How values between cells are found.
enum class Interpolation { nearest, bilinear };
void read_field(const Json& json, Interpolation& value, const std::string& where);
Json write_field(Interpolation value);

// An axis or a list of one axis (Keras 2 writes [3], Keras 3 -1).
struct Axis {
  int64_t value = -1;
};
void read_field(const Json& json, Axis& value, const std::string& where);
Json write_field(const Axis& value);

// An axis or a list of axes.
struct Axes {
  std::vector<int64_t> values = {-1};
};
void read_field(const Json& json, Axes& value, const std::string& where);
Json write_field(const Axes& value);

// One dimension of a sliding window (Keras: ops/operation_utils.py).
struct Window {
  int64_t in = 1, kernel = 1, stride = 1, dilation = 1;
  Padding padding = Padding::valid;

  int64_t extent() const { return dilation * (kernel - 1) + 1; }
  int64_t out() const;     // valid: floor((in - extent) / stride) + 1, may be ≤ 0; same: ceil(in / stride)
  int64_t before() const;  // padding before the first element; what is left over goes behind the last
  int64_t after() const;
};

}  // namespace fovea
