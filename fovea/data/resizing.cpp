#include "fovea/data/resizing.h"

#include "fovea/base/error.h"
#include "fovea/base/names.h"

namespace fovea {
namespace {

constexpr Resize kResizes[] = {Resize::stretch, Resize::crop, Resize::pad};
constexpr PictureInterpolation kInterpolations[] = {
    PictureInterpolation::bilinear, PictureInterpolation::nearest, PictureInterpolation::pillow_bilinear,
    PictureInterpolation::pillow_bicubic, PictureInterpolation::pillow_lanczos};

template <class Kinds>
std::vector<std::string> names_of(const Kinds& kinds) {
  std::vector<std::string> names;
  for (const auto kind : kinds) names.emplace_back(to_string(kind));
  return names;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text = names.front();
  for (size_t i = 1; i < names.size(); ++i) text += (i + 1 == names.size() ? " or " : ", ") + names[i];
  return text;
}

}  // namespace

std::string_view to_string(Resize resize) {
  switch (resize) {
    case Resize::stretch:
      return "stretch";
    case Resize::crop:
      return "crop";
    case Resize::pad:
      return "pad";
  }
  return "?";
}

std::string_view to_string(PictureInterpolation interpolation) {
  switch (interpolation) {
    case PictureInterpolation::bilinear:
      return "bilinear";
    case PictureInterpolation::nearest:
      return "nearest";
    case PictureInterpolation::pillow_bilinear:
      return "pillow_bilinear";
    case PictureInterpolation::pillow_bicubic:
      return "pillow_bicubic";
    case PictureInterpolation::pillow_lanczos:
      return "pillow_lanczos";
  }
  return "?";
}

const std::vector<std::string>& resize_names() {
  static const std::vector<std::string> names = names_of(kResizes);
  return names;
}

const std::vector<std::string>& interpolation_names() {
  static const std::vector<std::string> names = names_of(kInterpolations);
  return names;
}

Resize parse_resize(const std::string& text, const std::string& where) {
  for (const Resize resize : kResizes)
    if (text == to_string(resize)) return resize;
  throw usage_error(where, "unknown way to resize (got \"{}\", expected {})", text, listed(resize_names()));
}

PictureInterpolation parse_interpolation(const std::string& text, const std::string& where) {
  for (const PictureInterpolation interpolation : kInterpolations)
    if (text == to_string(interpolation)) return interpolation;
  throw usage_error(where, "unknown interpolation (got \"{}\", expected {}){}", text, listed(interpolation_names()),
                    did_you_mean(text, interpolation_names()));
}

}  // namespace fovea
