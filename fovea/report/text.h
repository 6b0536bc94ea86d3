// Class names as they come from folders and files, made safe to show.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "fovea/base/utf8.h"

namespace fovea {

// Control characters (line breaks, tabs, terminal escapes) replaced by spaces: a name stays on its line.
std::string one_line(std::string_view text);

// Length in characters (code points), as Python counts it. The text is valid UTF-8.
size_t count_characters(std::string_view text);

// Filled with spaces on the left (numbers, scikit-learn's names) or on the right, to `width` characters.
std::string right_aligned(std::string_view text, size_t width);
std::string left_aligned(std::string_view text, size_t width);

// At most `width` characters, the last one "…" where some are left out.
std::string shortened(std::string_view text, size_t width);

}  // namespace fovea
