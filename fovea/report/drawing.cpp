#include "fovea/report/drawing.h"

#include <algorithm>
#include <cmath>
#include <vector>

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#endif
#include <stb_easy_font.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#include "fovea/report/text.h"

namespace fovea {

void fill(Image& sheet, int64_t x, int64_t y, int64_t width, int64_t height, const Colour& colour) {
  const int64_t right = std::min(x + width, sheet.width), bottom = std::min(y + height, sheet.height);
  for (int64_t row = std::max<int64_t>(y, 0); row < bottom; ++row)
    for (int64_t column = std::max<int64_t>(x, 0); column < right; ++column)
      std::copy(colour.begin(), colour.end(), sheet.row(row) + 3 * column);
}

std::string in_ascii(std::string_view words, size_t letters) {
  std::string text;
  for (const char c : shortened(one_line(valid_utf8(words)), letters)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80)
      text += c;
    else if (byte >= 0xc0)
      text += '?';  // the first byte of a longer character
  }
  return text;
}

int64_t text_width(std::string text, int64_t scale) { return stb_easy_font_width(text.data()) * scale; }

// The font gives rectangles.
void write(Image& sheet, int64_t x, int64_t y, std::string text, int64_t scale, const Colour& colour) {
  struct Vertex {
    float x, y, z;
    uint8_t colour[4];
  };
  std::vector<Vertex> corners(4 * 64 * (text.size() + 1));
  const int quads = stb_easy_font_print(0, 0, text.data(), nullptr, corners.data(),
                                        static_cast<int>(corners.size() * sizeof(Vertex)));
  for (int q = 0; q < quads; ++q) {
    const Vertex &first = corners[static_cast<size_t>(4 * q)], &last = corners[static_cast<size_t>(4 * q + 2)];
    const auto at = [&](float unit) { return static_cast<int64_t>(std::lround(unit)) * scale; };
    fill(sheet, x + at(first.x), y + at(first.y), at(last.x) - at(first.x), at(last.y) - at(first.y), colour);
  }
}

namespace {

// Every pixel the mean of what it covers, or a copy of what covers it.
Image at_size(const Image& picture, int64_t height, int64_t width) {
  const auto from = [](int64_t i, int64_t src, int64_t dst) { return i * src / dst; };
  Image result(height, width, picture.channels);
  for (int64_t row = 0; row < height; ++row) {
    const int64_t top = from(row, picture.height, height), bottom = std::max(from(row + 1, picture.height, height), top + 1);
    for (int64_t column = 0; column < width; ++column) {
      const int64_t left = from(column, picture.width, width), right = std::max(from(column + 1, picture.width, width), left + 1);
      for (int64_t c = 0; c < picture.channels; ++c) {
        int64_t sum = 0;
        for (int64_t i = top; i < bottom; ++i)
          for (int64_t j = left; j < right; ++j) sum += picture.row(i)[j * picture.channels + c];
        const int64_t count = (bottom - top) * (right - left);
        result.row(row)[picture.channels * column + c] = static_cast<uint8_t>((sum + count / 2) / count);
      }
    }
  }
  return result;
}

Image scaled(const Image& picture, double scale, int64_t longest) {
  const auto side = [&](int64_t own) { return std::clamp<int64_t>(std::llround(static_cast<double>(own) * scale), 1, longest); };
  return at_size(picture, side(picture.height), side(picture.width));
}

}  // namespace

Image reduced(const Image& picture, int64_t longest) {
  const int64_t longer = std::max(picture.height, picture.width);
  return longer <= longest ? picture : scaled(picture, static_cast<double>(longest) / static_cast<double>(longer), longest);
}

void place(Image& sheet, const Image& picture, int64_t x, int64_t y, int64_t cell) {
  const int64_t longer = std::max(picture.height, picture.width);
  const Image fitted = longer <= cell ? scaled(picture, static_cast<double>(cell / longer), cell) : reduced(picture, cell);
  x += (cell - fitted.width) / 2;
  y += (cell - fitted.height) / 2;
  for (int64_t row = 0; row < fitted.height; ++row)
    for (int64_t column = 0; column < fitted.width; ++column)
      for (int64_t c = 0; c < 3; ++c)
        sheet.row(y + row)[3 * (x + column) + c] = fitted.row(row)[column * fitted.channels + (fitted.channels == 1 ? 0 : c)];
}

}  // namespace fovea
