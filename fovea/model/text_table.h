// Tables of text with drawn borders, laid out as Python's rich does it: what Keras 3's summaries are.
#pragma once

#include <string>
#include <vector>

namespace fovea {

struct TextColumn {
  enum Align { left, right, center };
  std::string head;
  Align align = left;
  int request = 0;  // of columns; all requests are cut evenly until the borders fit into the table's width
};

// A table `width` columns wide. Cells are wrapped at spaces; a word that is wider than its cell is cut and ends in "…".
// Heads stand at the bottom of theirs.
std::string text_table(const std::vector<TextColumn>& columns, const std::vector<std::vector<std::string>>& rows,
                       int width);

// Lines of at most `width` columns, broken at spaces; longer words are cut (fold: go on in the next line).
std::vector<std::string> wrap_text(const std::string& text, int width, bool fold);

// Columns on a terminal: two for East Asian characters, none for combining marks.
int text_width(const std::string& text);

}  // namespace fovea
