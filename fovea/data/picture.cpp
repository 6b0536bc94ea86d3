#include "fovea/data/picture.h"

#include <charconv>

#include "fovea/base/error.h"
#include "fovea/base/file.h"

namespace fovea {
namespace {

constexpr uint64_t kMaxPictureFile = uint64_t{256} << 20;

}  // namespace

Image load_picture(const std::string& path) {
  const std::string bytes = read_file(path, kMaxPictureFile);
  return decode_image(as_bytes(bytes), path);
}

std::optional<PictureAddress> parse_picture_address(const std::string& text) {
  const size_t second = text.rfind(':');
  if (second == std::string::npos || second == 0) return std::nullopt;
  const size_t first = text.rfind(':', second - 1);
  if (first == std::string::npos || first == 0) return std::nullopt;
  PictureAddress address;
  const char* const end = text.data() + text.size();
  const auto number = [&](const char* from, int64_t& value) {
    const auto [stop, code] = std::from_chars(from, end, value);
    return code != std::errc() || *from == '-' ? from : stop;
  };
  const char* const first_digit = text.data() + second + 1;
  const char* stop = number(first_digit, address.index);
  address.last = address.index;
  if (stop != first_digit && stop != end && *stop == '-' && stop + 1 != end) stop = number(stop + 1, address.last);
  if (stop != end || stop == first_digit || address.last < address.index) return std::nullopt;
  const std::string split = text.substr(first + 1, second - first - 1);
  if (split.find_first_of("/.") != std::string::npos) return std::nullopt;  // "a:b/c.npy:3" is a file's name
  address.data = text.substr(0, first);
  address.split = parse_split_kind(split, text);
  return address;
}

std::string to_string(const PictureAddress& address) {
  return fmt::format("{}:{}:{}", address.data, to_string(address.split), address.index);
}

DataOptions options_for(const PictureAddress& address, DataOptions options) {
  options.load_test = address.split == SplitKind::test;
  options.load_train = !options.load_test;
  if (address.split == SplitKind::train) options.validation_split = 0;
  return options;
}

void check_picture_address(const PictureAddress& address, const Dataset& dataset) {
  const int64_t size = dataset.split(address.split).size();
  const std::string where = to_string(address);
  if (size == 0) throw usage_error(where, "the data set has no {} pictures", to_string(address.split));
  if (address.index < 0 || address.index >= size)
    throw usage_error(where, "there is no such picture (got {}, expected 0 to {})", address.index, size - 1);
}

}  // namespace fovea
