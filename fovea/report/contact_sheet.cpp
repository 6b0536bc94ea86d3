#include "fovea/report/contact_sheet.h"

#include <algorithm>
#include <array>
#include <cmath>

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
namespace {

using Colour = std::array<uint8_t, 3>;

constexpr Colour kWhite = {255, 255, 255}, kInk = {32, 36, 44}, kFaint = {118, 124, 134}, kCell = {240, 241, 244};
constexpr int64_t kMargin = 16, kGap = 6, kLineHeight = 12;
constexpr size_t kLetters = 24;  // of a name

void fill(Image& sheet, int64_t x, int64_t y, int64_t width, int64_t height, const Colour& colour) {
  const int64_t right = std::min(x + width, sheet.width), bottom = std::min(y + height, sheet.height);
  for (int64_t row = std::max<int64_t>(y, 0); row < bottom; ++row)
    for (int64_t column = std::max<int64_t>(x, 0); column < right; ++column)
      std::copy(colour.begin(), colour.end(), sheet.row(row) + 3 * column);
}

// One letter a character that the font has.
std::string in_ascii(const std::string& name) {
  std::string text;
  for (const char c : shortened(one_line(valid_utf8(name)), kLetters)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80)
      text += c;
    else if (byte >= 0xc0)
      text += '?';  // the first byte of a longer character
  }
  return text;
}

int64_t text_width(std::string text, int64_t scale) { return stb_easy_font_width(text.data()) * scale; }

// The font gives rectangles; a letter is seven of its units high.
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

// In the middle of its cell: enlarged by whole steps, or made smaller by the mean of what a pixel covers.
void place(Image& sheet, const Image& picture, int64_t x, int64_t y, int64_t cell) {
  const int64_t longer = std::max(picture.height, picture.width);
  const double scale =
      longer <= cell ? static_cast<double>(cell / longer) : static_cast<double>(cell) / static_cast<double>(longer);
  const auto side = [&](int64_t own) {
    return std::clamp<int64_t>(std::llround(static_cast<double>(own) * scale), 1, cell);
  };
  const int64_t height = side(picture.height), width = side(picture.width);
  x += (cell - width) / 2;
  y += (cell - height) / 2;
  const auto from = [](int64_t i, int64_t src, int64_t dst) { return i * src / dst; };
  for (int64_t row = 0; row < height; ++row) {
    const int64_t top = from(row, picture.height, height),
                  bottom = std::max(from(row + 1, picture.height, height), top + 1);
    for (int64_t column = 0; column < width; ++column) {
      const int64_t left = from(column, picture.width, width),
                    right = std::max(from(column + 1, picture.width, width), left + 1);
      for (int64_t c = 0; c < 3; ++c) {
        int64_t sum = 0;
        for (int64_t i = top; i < bottom; ++i)
          for (int64_t j = left; j < right; ++j)
            sum += picture.row(i)[j * picture.channels + (picture.channels == 1 ? 0 : c)];
        const int64_t count = (bottom - top) * (right - left);
        sheet.row(y + row)[3 * (x + column) + c] = static_cast<uint8_t>((sum + count / 2) / count);
      }
    }
  }
}

}  // namespace

Image contact_sheet(const std::vector<ContactRow>& rows, const ContactSheetOptions& options) {
  constexpr int64_t kNameScale = 2, kNoteScale = 1;
  int64_t names = 0, columns = 1;
  for (const ContactRow& row : rows) {
    names = std::max({names, text_width(in_ascii(row.name), kNameScale), text_width(in_ascii(row.note), kNoteScale)});
    columns = std::max(columns, std::min<int64_t>(options.columns, static_cast<int64_t>(row.pictures.size())));
  }
  const int64_t step = options.cell + kGap, left = kMargin + names + kMargin;
  const auto count = std::max<int64_t>(static_cast<int64_t>(rows.size()), 1);
  Image sheet(2 * kMargin + count * step - kGap, left + columns * step - kGap + kMargin, 3);
  fill(sheet, 0, 0, sheet.width, sheet.height, kWhite);
  for (size_t r = 0; r < rows.size(); ++r) {
    const int64_t y = kMargin + static_cast<int64_t>(r) * step;
    const int64_t text = y + (options.cell - 2 * kLineHeight - (rows[r].note.empty() ? 0 : kLineHeight)) / 2 + 2;
    const auto right_aligned_at = [&](const std::string& words, int64_t scale) {
      return kMargin + names - text_width(words, scale);
    };
    const std::string name = in_ascii(rows[r].name), note = in_ascii(rows[r].note);
    write(sheet, right_aligned_at(name, kNameScale), text, name, kNameScale, kInk);
    write(sheet, right_aligned_at(note, kNoteScale), text + 2 * kLineHeight, note, kNoteScale, kFaint);
    for (int64_t k = 0; k < columns; ++k) {
      const int64_t x = left + k * step;
      fill(sheet, x, y, options.cell, options.cell, kCell);
      if (k < static_cast<int64_t>(rows[r].pictures.size()))
        place(sheet, rows[r].pictures[static_cast<size_t>(k)], x, y, options.cell);
    }
  }
  return sheet;
}

}  // namespace fovea
