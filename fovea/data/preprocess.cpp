#include "fovea/data/preprocess.h"

#include <cassert>

#include "fovea/base/error.h"
#include "fovea/base/names.h"

namespace fovea {
namespace {

constexpr Preprocess kAll[] = {Preprocess::none, Preprocess::unit, Preprocess::caffe, Preprocess::tf,
                               Preprocess::torch};

template <class T, class Map>
void each(const T* src, float* dst, int64_t count, Map map) {
  for (int64_t i = 0; i < count; ++i) dst[i] = map(static_cast<float>(src[i]));
}

template <class T>
void apply(Preprocess preprocess, const T* src, float* dst, int64_t pixels, int64_t channels) {
  assert((channels == 3 || (preprocess != Preprocess::caffe && preprocess != Preprocess::torch)) &&
         "check_preprocess was asked");
  const int64_t count = pixels * channels;
  switch (preprocess) {
    case Preprocess::none:
      return each(src, dst, count, [](float x) { return x; });
    case Preprocess::unit:
      return each(src, dst, count, [](float x) { return x / 255.0f; });
    case Preprocess::tf:
      return each(src, dst, count, [](float x) { return x / 127.5f - 1.0f; });
    case Preprocess::caffe:
      for (int64_t i = 0; i < count; i += 3) {
        const auto red = static_cast<float>(src[i]), green = static_cast<float>(src[i + 1]);
        dst[i] = static_cast<float>(src[i + 2]) - 103.939f;
        dst[i + 1] = green - 116.779f;
        dst[i + 2] = red - 123.68f;
      }
      return;
    case Preprocess::torch: {
      constexpr float kMean[] = {0.485f, 0.456f, 0.406f}, kDeviation[] = {0.229f, 0.224f, 0.225f};
      for (int64_t i = 0; i < count; i += 3)
        for (int64_t c = 0; c < 3; ++c)
          dst[i + c] = (static_cast<float>(src[i + c]) / 255.0f - kMean[c]) / kDeviation[c];
      return;
    }
  }
}

}  // namespace

std::string_view to_string(Preprocess preprocess) {
  switch (preprocess) {
    case Preprocess::none:
      return "none";
    case Preprocess::unit:
      return "unit";
    case Preprocess::caffe:
      return "caffe";
    case Preprocess::tf:
      return "tf";
    case Preprocess::torch:
      return "torch";
  }
  return "?";
}

Preprocess parse_preprocess(const std::string& text, const std::string& where) {
  std::vector<std::string> names;
  for (const Preprocess preprocess : kAll) {
    if (text == to_string(preprocess)) return preprocess;
    names.emplace_back(to_string(preprocess));
  }
  throw usage_error(where, "unknown preprocessing (got \"{}\", expected none, unit, caffe, tf or torch){}", text,
                    did_you_mean(text, names));
}

void check_preprocess(Preprocess preprocess, int64_t channels, const std::string& where) {
  if (channels != 3 && (preprocess == Preprocess::caffe || preprocess == Preprocess::torch))
    throw usage_error(where, "preprocessing {} is defined for three channels (got {})", to_string(preprocess),
                      channels);
}

void apply_preprocess(Preprocess preprocess, const uint8_t* src, float* dst, int64_t pixels, int64_t channels) {
  apply(preprocess, src, dst, pixels, channels);
}

void apply_preprocess(Preprocess preprocess, const float* src, float* dst, int64_t pixels, int64_t channels) {
  apply(preprocess, src, dst, pixels, channels);
}

}  // namespace fovea
