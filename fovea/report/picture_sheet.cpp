#include "fovea/report/picture_sheet.h"

#include <algorithm>

#include "fovea/report/drawing.h"

namespace fovea {
namespace {

constexpr int64_t kMargin = 16, kGap = 8, kTitleScale = 2, kNoteScale = 1;
constexpr size_t kLetters = 120;

// As many letters as fit.
std::string fitting(const std::string& text, int64_t width, int64_t scale) {
  size_t letters = kLetters;
  std::string shown = in_ascii(text, letters);
  while (letters > 1 && text_width(shown, scale) > width) shown = in_ascii(text, --letters);
  return shown;
}

int64_t lines(const std::string& text, int64_t scale) { return text.empty() ? 0 : kLineHeight * scale; }

struct Measures {
  int64_t caption = 0, columns = 0, rows = 0, head = 0;
  int64_t height(int64_t cell) const { return head + rows * (cell + caption + kGap) - kGap; }
};

Measures measure(const SheetSection& section, const PictureSheetOptions& options) {
  Measures m;
  const auto count = static_cast<int64_t>(section.pictures.size());
  for (const CaptionedPicture& picture : section.pictures) m.caption = std::max(m.caption, lines(picture.caption, options.caption_scale) + (picture.caption.empty() ? 0 : 4));
  m.columns = std::max<int64_t>(std::min(options.columns, count), 1);
  m.rows = std::max<int64_t>((count + m.columns - 1) / m.columns, 1);
  m.head = lines(section.title, kTitleScale) + lines(section.note, kNoteScale) + (section.title.empty() && section.note.empty() ? 0 : 4);
  return m;
}

}  // namespace

Image picture_sheet(const std::vector<SheetSection>& sections, const PictureSheetOptions& options) {
  int64_t width = 0, height = kMargin;
  for (const SheetSection& section : sections) {
    const Measures m = measure(section, options);
    const int64_t grid = m.columns * (options.cell + kGap) - kGap;
    width = std::max({width, grid, std::min<int64_t>(text_width(in_ascii(section.title, kLetters), kTitleScale), 1600),
                      std::min<int64_t>(text_width(in_ascii(section.note, kLetters), kNoteScale), 1600)});
    height += m.height(options.cell) + kMargin;
  }
  Image sheet(std::max(height, 2 * kMargin), width + 2 * kMargin, 3);
  fill(sheet, 0, 0, sheet.width, sheet.height, kWhite);
  int64_t y = kMargin;
  for (const SheetSection& section : sections) {
    const Measures m = measure(section, options);
    write(sheet, kMargin, y, fitting(section.title, width, kTitleScale), kTitleScale, kInk);
    write(sheet, kMargin, y + lines(section.title, kTitleScale), fitting(section.note, width, kNoteScale), kNoteScale, kFaint);
    for (size_t i = 0; i < section.pictures.size(); ++i) {
      const int64_t row = static_cast<int64_t>(i) / m.columns, column = static_cast<int64_t>(i) % m.columns;
      const int64_t left = kMargin + column * (options.cell + kGap), top = y + m.head + row * (options.cell + m.caption + kGap);
      fill(sheet, left, top, options.cell, options.cell, kCell);
      place(sheet, section.pictures[i].picture, left, top, options.cell);
      write(sheet, left, top + options.cell + 4, fitting(section.pictures[i].caption, options.cell, options.caption_scale),
            options.caption_scale, kInk);
    }
    y += m.height(options.cell) + kMargin;
  }
  return sheet;
}

}  // namespace fovea
