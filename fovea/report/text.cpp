#include "fovea/report/text.h"

namespace fovea {
namespace {

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; }

}  // namespace

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
