#include "fovea/report/base64.h"

#include <algorithm>

namespace fovea {

std::string base64(Bytes bytes) {
  static constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t left = std::min<size_t>(bytes.size() - i, 3);
    const uint32_t three = uint32_t{bytes[i]} << 16 | (left > 1 ? uint32_t{bytes[i + 1]} << 8 : 0) | (left > 2 ? uint32_t{bytes[i + 2]} : 0);
    for (size_t k = 0; k < 4; ++k) text += k <= left ? kLetters[three >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

}  // namespace fovea
