#include "fuzz/mutate.h"

#include <algorithm>
#include <cstring>

namespace fovea::fuzz {
namespace {

// What sizes, counts and offsets break at.
constexpr uint64_t kNumbers[] = {0, 1, 2, 7, 8, 9, 16, 127, 128, 255, 256, 1000, 32767, 32768, 65535, 65536, 0x7fffffff,
                                 0x80000000, 0xffffffff, 0x100000000, 0x7fffffffffffffff, 0x8000000000000000,
                                 0xffffffffffffffff};
constexpr const char* kTexts[] = {"0", "-1", "1e999", "-0.0", "1e-400", "4294967296", "9223372036854775807",
                                  "9223372036854775808", "1000000000", "null", "true", "NaN", "[", "]", "{}", "[]", "\"",
                                  "\\u0000", "\xff\xfe"};

size_t place(const std::string& text, RandomStream& random) { return static_cast<size_t>(random.below(text.size() + 1)); }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void write_number(std::string& text, RandomStream& random) {
  uint64_t number = kNumbers[random.below(std::size(kNumbers))];
  if (random.below(4) == 0) number = random.below(uint64_t{1} << random.below(33));
  const size_t width = size_t{1} << random.below(4);
  const bool big_endian = random.below(2) == 0;
  if (text.size() < width) return;
  const size_t at = static_cast<size_t>(random.below(text.size() - width + 1));
  for (size_t i = 0; i < width; ++i)
    text[at + i] = static_cast<char>(number >> (8 * (big_endian ? width - 1 - i : i)));
}

// Another text in the place of a number that the input writes in digits.
void replace_digits(std::string& text, RandomStream& random) {
  size_t begin = place(text, random);
  while (begin < text.size() && !is_digit(text[begin])) ++begin;
  size_t end = begin;
  while (end < text.size() && is_digit(text[end])) ++end;
  text.replace(begin, end - begin, kTexts[random.below(std::size(kTexts))]);
}

void mutate(std::string& text, const std::string& other, RandomStream& random) {
  const size_t at = place(text, random);
  const size_t length = static_cast<size_t>(random.below(1 + std::min<size_t>(text.size() - at, 64)));
  switch (random.below(11)) {
    case 0:
    case 1:
      if (at < text.size()) text[at] = static_cast<char>(text[at] ^ 1 << random.below(8));
      break;
    case 2:
      if (at < text.size()) text[at] = static_cast<char>(random.bits());
      break;
    case 3:
    case 4:
      write_number(text, random);
      break;
    case 5:
      text.erase(at, length);
      break;
    case 6:
      text.insert(place(text, random), text.substr(at, length));
      break;
    case 7: {
      const size_t from = place(other, random);
      text.insert(at, other.substr(from, static_cast<size_t>(random.below(64))));
      break;
    }
    case 8:
      text.insert(at, kTexts[random.below(std::size(kTexts))]);
      break;
    case 9:
      replace_digits(text, random);
      break;
    case 10:
      // Rarely: most of what follows a cut is not read.
      if (random.below(8) == 0) text.resize(at);
      else if (at < text.size()) text[at] = static_cast<char>(text[at] + static_cast<char>(random.below(7)) - 3);
      break;
    default:
      break;
  }
}

}  // namespace

std::string mutated(std::string input, const std::string& other, RandomStream& random, size_t max_bytes) {
  // One half of the time, two a quarter, …
  do mutate(input, other, random);
  while (random.below(2) == 0);
  if (input.size() > max_bytes) input.resize(max_bytes);
  return input;
}

}  // namespace fovea::fuzz
