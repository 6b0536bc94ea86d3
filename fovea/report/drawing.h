// Draws on pictures of bytes: rectangles, words, other pictures.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "fovea/formats/image.h"

namespace fovea {

using Colour = std::array<uint8_t, 3>;

constexpr Colour kWhite = {255, 255, 255}, kInk = {32, 36, 44}, kFaint = {118, 124, 134}, kCell = {240, 241, 244};
constexpr int64_t kLineHeight = 12;  // of words at scale 1; a letter is seven high

// What is outside of the sheet (RGB) is left out.
void fill(Image& sheet, int64_t x, int64_t y, int64_t width, int64_t height, const Colour& colour);

// The text as the font has it: on one line, at most `letters` long, one letter a character, '?' for what is not ASCII.
std::string in_ascii(std::string_view text, size_t letters);
int64_t text_width(std::string text, int64_t scale);
// From its upper left corner.
void write(Image& sheet, int64_t x, int64_t y, std::string text, int64_t scale, const Colour& colour);

// Made smaller by the mean of what a pixel covers, so that no side is longer than `longest`; smaller ones stay.
Image reduced(const Image& picture, int64_t longest);
// In the middle of a square cell: enlarged by whole steps, or reduced.
void place(Image& sheet, const Image& picture, int64_t x, int64_t y, int64_t cell);

}  // namespace fovea
