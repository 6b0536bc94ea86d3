// Text of unknown origin as UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace fovea {

// The text with every byte sequence that is not UTF-8 replaced by U+FFFD: what JSON, SVG and terminals can take.
std::string valid_utf8(std::string_view text);

}  // namespace fovea
