#include "fovea/report/text.h"

namespace fovea {
namespace {

// Bytes of the well-formed character at the front of `text`, 0 where there is none (Unicode 15, table 3-7).
size_t character_size(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto tail = [&](size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
  const unsigned first = byte(0), second = byte(1);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && second < 0xA0, surrogate = first == 0xED && second > 0x9F;
    return tail(1) && tail(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && second < 0x90, too_large = first == 0xF4 && second > 0x8F;
    return tail(1) && tail(2) && tail(3) && !overlong && !too_large ? 4 : 0;
  }
  return 0;
}

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; }

}  // namespace

std::string valid_utf8(std::string_view text) {
  std::string valid;
  while (!text.empty()) {
    const size_t size = character_size(text);
    if (size == 0)
      valid += "\uFFFD";
    else
      valid += text.substr(0, size);
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return valid;
}

std::string one_line(std::string_view text) {
  std::string line(text);
  for (char& c : line)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return line;
}

size_t count_characters(std::string_view text) {
  size_t count = 0;
  for (const char c : text) count += starts_character(c);
  return count;
}

std::string right_aligned(std::string_view text, size_t width) {
  const size_t size = count_characters(text);
  return std::string(size < width ? width - size : 0, ' ').append(text);
}

std::string left_aligned(std::string_view text, size_t width) {
  const size_t size = count_characters(text);
  return std::string(text).append(size < width ? width - size : 0, ' ');
}

std::string shortened(std::string_view text, size_t width) {
  if (count_characters(text) <= width) return std::string(text);
  if (width == 0) return "";
  size_t end = 0, kept = 0;
  for (; end < text.size(); ++end)
    if (starts_character(text[end]) && ++kept == width) break;
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace fovea
