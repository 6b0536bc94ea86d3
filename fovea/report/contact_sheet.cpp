#include "fovea/report/contact_sheet.h"

#include <algorithm>

#include "fovea/report/drawing.h"

namespace fovea {
namespace {

constexpr int64_t kMargin = 16, kGap = 6;
constexpr size_t kLetters = 24;  // of a name

}  // namespace

Image contact_sheet(const std::vector<ContactRow>& rows, const ContactSheetOptions& options) {
  constexpr int64_t kNameScale = 2, kNoteScale = 1;
  int64_t names = 0, columns = 1;
  for (const ContactRow& row : rows) {
    names = std::max({names, text_width(in_ascii(row.name, kLetters), kNameScale), text_width(in_ascii(row.note, kLetters), kNoteScale)});
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
    const std::string name = in_ascii(rows[r].name, kLetters), note = in_ascii(rows[r].note, kLetters);
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
