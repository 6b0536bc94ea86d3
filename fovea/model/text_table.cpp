#include "fovea/model/text_table.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace fovea {
namespace {

// The character at `at` and how many bytes it takes; a byte that is no UTF-8 is a character of its own.
struct Character {
  uint32_t code = 0;
  size_t bytes = 1;
};
Character character_at(const std::string& text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  const size_t bytes = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
  if (bytes == 1 || at + bytes > text.size()) return {first, 1};
  uint32_t code = first & (0xFFu >> (bytes + 1));
  for (size_t i = 1; i < bytes; ++i) code = code << 6 | (byte(at + i) & 0x3Fu);
  return {code, bytes};
}

int width_of(uint32_t code) {
  struct Range {
    uint32_t first, last;
  };
  static constexpr Range kWide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},  {0xAC00, 0xD7A3},
                                    {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},  {0xFFE0, 0xFFE6},
                                    {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
  if (code >= 0x300 && code <= 0x36F) return 0;
  for (const Range& range : kWide)
    if (code >= range.first && code <= range.last) return 2;
  return 1;
}

// The longest beginning of at most `width` columns, in bytes.
size_t bytes_that_fit(const std::string& text, size_t from, int width) {
  size_t at = from;
  for (int used = 0; at < text.size();) {
    const Character character = character_at(text, at);
    used += width_of(character.code);
    if (used > width) break;
    at += character.bytes;
  }
  return at - from;
}

std::string spaces(int count) { return std::string(static_cast<size_t>(std::max(count, 0)), ' '); }

std::string aligned(std::string line, int width, TextColumn::Align align) {
  if (align != TextColumn::left) line.erase(line.find_last_not_of(' ') + 1);
  const int room = width - text_width(line);
  if (align == TextColumn::left) return line + spaces(room);
  const int before = align == TextColumn::right ? room : room / 2;
  return spaces(before) + line + spaces(room - before);
}

// Requests with a space at either side, cut until they and the borders fit; ties are rounded to even, as Python does.
std::vector<int> cell_widths(const std::vector<TextColumn>& columns, int width) {
  std::vector<int> widths;
  const int count = static_cast<int>(columns.size());
  int excess = count + 1 - width;
  for (const TextColumn& column : columns) excess += column.request + 2;
  for (int i = 0; i < count; ++i) {
    const int cut = excess > 0 ? static_cast<int>(std::nearbyint(static_cast<double>(excess) / (count - i))) : 0;
    widths.push_back(std::max(1, columns[static_cast<size_t>(i)].request - cut));
    excess -= cut;
  }
  return widths;
}

// The characters of one horizontal rule, or of one line of cells.
struct Border {
  const char *left, *fill, *between, *right;
};

std::string rule(const std::vector<int>& widths, const Border& border) {
  std::string text = border.left;
  for (size_t i = 0; i < widths.size(); ++i) {
    for (int k = 0; k < widths[i] + 2; ++k) text += border.fill;
    text += i + 1 < widths.size() ? border.between : border.right;
  }
  return text + "\n";
}

std::string row_text(const std::vector<TextColumn>& columns, const std::vector<int>& widths,
                     const std::vector<std::string>& cells, const char* border, bool at_bottom) {
  std::vector<std::vector<std::string>> lines;
  size_t height = 1;
  for (size_t i = 0; i < columns.size(); ++i) {
    lines.push_back(wrap_text(cells[i], widths[i], false));
    height = std::max(height, lines.back().size());
  }
  std::string text;
  for (size_t line = 0; line < height; ++line) {
    text += border;
    for (size_t i = 0; i < columns.size(); ++i) {
      const size_t above = at_bottom ? height - lines[i].size() : 0;
      const bool there = line >= above && line - above < lines[i].size();
      text += " " + aligned(there ? lines[i][line - above] : "", widths[i], columns[i].align) + " " + border;
    }
    text += "\n";
  }
  return text;
}

}  // namespace

int text_width(const std::string& text) {
  int width = 0;
  for (size_t at = 0; at < text.size();) {
    const Character character = character_at(text, at);
    width += width_of(character.code);
    at += character.bytes;
  }
  return width;
}

std::vector<std::string> wrap_text(const std::string& text, int width, bool fold) {
  // Breaks as rich sets them: a word carries the spaces behind it, which may stick out.
  std::vector<size_t> breaks;
  int used = 0;
  for (size_t start = 0; start < text.size();) {
    const size_t letters = text.find_first_not_of(' ', start);
    if (letters == std::string::npos) break;
    const size_t space = std::min(text.find(' ', letters), text.size());
    const size_t end = std::min(text.find_first_not_of(' ', space), text.size());
    const int word = text_width(text.substr(start, space - start)), whole = text_width(text.substr(start, end - start));
    if (width - used >= word) {
      used += whole;
    } else if (word > width && fold) {
      for (size_t at = start; at < end;) {
        if (at > 0) breaks.push_back(at);
        const size_t part = std::max<size_t>(bytes_that_fit(text, at, width), 1);
        used = text_width(text.substr(at, std::min(part, end - at)));
        at += part;
      }
    } else {
      if (start > 0) breaks.push_back(start);
      used = whole;
    }
    start = end;
  }
  breaks.push_back(text.size());
  std::vector<std::string> lines;
  size_t from = 0;
  for (size_t to : breaks) {
    std::string line = text.substr(from, to - from);
    from = to;
    while (text_width(line) > width && line.ends_with(' ')) line.pop_back();
    if (text_width(line) > width) line = line.substr(0, bytes_that_fit(line, 0, width - 1)) + "…";
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string text_table(const std::vector<TextColumn>& columns, const std::vector<std::vector<std::string>>& rows,
                       int width) {
  const std::vector<int> widths = cell_widths(columns, width);
  std::vector<std::string> heads;
  for (const TextColumn& column : columns) heads.push_back(column.head);
  std::string text = rule(widths, {"┏", "━", "┳", "┓"});
  text += row_text(columns, widths, heads, "┃", true);
  text += rule(widths, {"┡", "━", "╇", "┩"});
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i > 0) text += rule(widths, {"├", "─", "┼", "┤"});
    text += row_text(columns, widths, rows[i], "│", false);
  }
  return text + rule(widths, {"└", "─", "┴", "┘"});
}

}  // namespace fovea
