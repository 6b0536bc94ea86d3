#include "fovea/data/colour.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "fovea/base/error.h"

namespace fovea {
namespace {

// Changes each number to f(number), kept within the range.
template <class F>
void each(Canvas& canvas, ValueRange range, F&& f) {
  float* x = canvas.now();
  const int64_t count = canvas.elements();
  for (int64_t i = 0; i < count; ++i) x[i] = std::min(std::max(f(x[i]), range.low), range.high);
}

float gray(const float* rgb) { return 0.299f * rgb[0] + 0.587f * rgb[1] + 0.114f * rgb[2]; }

// The hue in sixths of the circle (Smith 1978); saturation and value stay, so the scale does not matter.
void turn_pixel(float* rgb, float turn) {
  const float most = std::max({rgb[0], rgb[1], rgb[2]}), least = std::min({rgb[0], rgb[1], rgb[2]}),
              span = most - least;
  if (span == 0) return;
  const float third = most == rgb[0] ? 0 : most == rgb[1] ? 2 : 4;
  const float across = most == rgb[0] ? rgb[1] - rgb[2] : most == rgb[1] ? rgb[2] - rgb[0] : rgb[0] - rgb[1];
  float hue = third + across / span + 6 * turn;  // -4 … 8
  hue += hue < 0 ? 6.0f : 0.0f;
  hue -= hue >= 6 ? 6.0f : 0.0f;
  for (int c = 0; c < 3; ++c) {
    const float ahead = hue + static_cast<float>(5 - 2 * c), k = ahead < 6 ? ahead : ahead - 6;
    rgb[c] = most - span * std::clamp(std::min(k, 4 - k), 0.0f, 1.0f);
  }
}

// The byte that a number is, rounded down.
int byte_of(float x, ValueRange range) {
  return std::clamp(static_cast<int>((x - range.low) / (range.high - range.low) * 255 + 1e-3f), 0, 255);
}
float number_of(float byte, ValueRange range) { return range.low + byte / 255 * (range.high - range.low); }

}  // namespace

void brighten(Canvas& canvas, ValueRange range, float factor) {
  each(canvas, range, [=](float x) { return range.low + (x - range.low) * factor; });
}

void change_contrast(Canvas& canvas, ValueRange range, float factor) {
  double sum = 0;
  const float* x = canvas.now();
  const int64_t channels = canvas.channels(), pixels = canvas.pixels();
  if (channels == 3) {
    for (int64_t i = 0; i < pixels; ++i) sum += gray(x + 3 * i);
  } else {
    for (int64_t i = 0; i < pixels * channels; ++i) sum += x[i];
    sum /= static_cast<double>(channels);
  }
  const auto mean = static_cast<float>(sum / static_cast<double>(pixels));
  each(canvas, range, [=](float number) { return mean + (number - mean) * factor; });
}

void saturate(Canvas& canvas, ValueRange range, float factor) {
  if (canvas.channels() != 3) return;
  float* x = canvas.now();
  for (int64_t i = 0; i < canvas.pixels(); ++i, x += 3) {
    const float without = gray(x);
    for (int c = 0; c < 3; ++c) x[c] = std::min(std::max(without + (x[c] - without) * factor, range.low), range.high);
  }
}

void turn_hue(Canvas& canvas, float turn) {
  if (canvas.channels() != 3) return;
  float* x = canvas.now();
  for (int64_t i = 0; i < canvas.pixels(); ++i) turn_pixel(x + 3 * i, turn);
}

void sharpen(Canvas& canvas, ValueRange range, float factor) {
  const int64_t h = canvas.rows(), row = canvas.columns() * canvas.channels(), c = canvas.channels();
  if (h < 3 || canvas.columns() < 3) return;
  float *x = canvas.now(), *y = canvas.next();
  std::copy(x, x + canvas.elements(), y);  // the outermost pixels stay
  for (int64_t i = 1; i + 1 < h; ++i)
    for (int64_t j = c; j + c < row; ++j) {
      const float* at = x + i * row + j;
      const float around =
          at[-row - c] + at[-row] + at[-row + c] + at[-c] + at[c] + at[row - c] + at[row] + at[row + c];
      const float smooth = (around + 5 * *at) / 13;
      y[i * row + j] = std::min(std::max(smooth + (*at - smooth) * factor, range.low), range.high);
    }
  canvas.turn();
}

void posterize(Canvas& canvas, ValueRange range, int bits) {
  const int mask = 256 - (1 << (8 - bits));
  each(canvas, range, [=](float x) { return number_of(static_cast<float>(byte_of(x, range) & mask), range); });
}

void solarize(Canvas& canvas, ValueRange range, float threshold) {
  each(canvas, range, [=](float x) { return x >= threshold ? range.low + range.high - x : x; });
}

void stretch_contrast(Canvas& canvas, ValueRange range) {
  const int64_t channels = canvas.channels(), count = canvas.elements();
  float* x = canvas.now();
  for (int64_t c = 0; c < channels; ++c) {
    float low = x[c], high = x[c];
    for (int64_t i = c; i < count; i += channels) low = std::min(low, x[i]), high = std::max(high, x[i]);
    if (high == low) continue;
    const float scale = (range.high - range.low) / (high - low);
    for (int64_t i = c; i < count; i += channels) x[i] = range.low + (x[i] - low) * scale;
  }
}

void equalize(Canvas& canvas, ValueRange range) {
  const int64_t channels = canvas.channels(), count = canvas.elements();
  float* x = canvas.now();
  for (int64_t c = 0; c < channels; ++c) {
    std::array<int64_t, 256> histogram{};
    for (int64_t i = c; i < count; i += channels) ++histogram[static_cast<size_t>(byte_of(x[i], range))];
    const auto last = std::find_if(histogram.rbegin(), histogram.rend(), [](int64_t n) { return n > 0; });
    const int64_t step = (canvas.pixels() - *last) / 255;
    if (step == 0) continue;
    std::array<float, 256> table{};
    int64_t below = step / 2;
    for (size_t byte = 0; byte < 256; below += histogram[byte++])
      table[byte] = number_of(static_cast<float>(std::min<int64_t>(below / step, 255)), range);
    for (int64_t i = c; i < count; i += channels) x[i] = table[static_cast<size_t>(byte_of(x[i], range))];
  }
}

void check(const JitterOptions& options, const std::string& where) {
  check_size(options.brightness, "brightness", where);
  check_size(options.contrast, "contrast", where);
  check_size(options.saturation, "saturation", where);
  if (!(options.hue >= 0 && options.hue <= 0.5))
    throw usage_error(where + ": hue", "must lie between 0 and 0.5 (got {})", options.hue);
}

void jitter(const JitterOptions& options, ValueRange range, Canvas& canvas, RandomStream& random) {
  const auto factor = [&](double most) {
    return static_cast<float>(Range{std::max(0.0, 1 - most), 1 + most}.draw(random));
  };
  std::array<int, 4> order = {0, 1, 2, 3};
  if (options.brightness == 0 && options.contrast == 0 && options.saturation == 0 && options.hue == 0) return;
  for (size_t i = 4; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  for (const int change : order) {
    if (change == 0 && options.brightness > 0) brighten(canvas, range, factor(options.brightness));
    if (change == 1 && options.contrast > 0) change_contrast(canvas, range, factor(options.contrast));
    if (change == 2 && options.saturation > 0) saturate(canvas, range, factor(options.saturation));
    if (change == 3 && options.hue > 0)
      turn_hue(canvas, static_cast<float>(Range{-options.hue, options.hue}.draw(random)));
  }
}

}  // namespace fovea
