// Colours for numbers between 0 and 1: matplotlib's, with its rules.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fovea/formats/image.h"

namespace fovea {

class ColourMap {
 public:
  static constexpr int kColours = 256;
  using Rgb = std::array<double, 3>;  // 0 … 1

  // Throws Error (usage) naming `where`.
  static const ColourMap& of(const std::string& name, const std::string& where);
  static const std::vector<std::string>& names();

  // Colour floor(256 · value), the last from 1 on, the first below 0; black where the value is not a number.
  Rgb at(float value) const;
  const Rgb& colour(int index) const { return colours_[static_cast<size_t>(index)]; }

  // Of rows of `width` numbers.
  Image picture(std::span<const float> values, int64_t width) const;

 private:
  explicit ColourMap(std::array<Rgb, kColours> colours) : colours_(colours) {}
  static const std::vector<std::pair<std::string, ColourMap>>& all();
  std::array<Rgb, kColours> colours_;
};

// A colour between 0 and 1 as a byte, as matplotlib makes it: cut off, not rounded.
uint8_t colour_byte(double value);

// The tutorial's overlay: clip(alpha · colour + pixel, 0, 1), both between 0 and 1. `heat` has the picture's size; gray
// becomes colour. Rounded to the nearest byte.
Image overlay(const Image& picture, std::span<const float> heat, const ColourMap& colours, float alpha);

}  // namespace fovea
