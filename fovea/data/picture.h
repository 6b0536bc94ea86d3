// One picture from a file or from a data set, as a user names it.
#pragma once

#include <optional>
#include <string>

#include "fovea/data/dataset.h"
#include "fovea/formats/image.h"

namespace fovea {

// A picture's file, known by its content.
Image load_picture(const std::string& path);

inline Shape shape_of(const Image& image) { return {image.height, image.width, image.channels}; }

// "fashion-mnist:test:0", "cifar10:DIR:test:3", "mnist:test:0-99": picture `index` of a split of a data set, or those from
// `index` to `last`.
struct PictureAddress {
  std::string data;
  SplitKind split = SplitKind::test;
  int64_t index = 0, last = 0;
};
std::string to_string(const PictureAddress& address);  // of the first

// Nothing where the text does not end in ":SPLIT:INDEX" or ":SPLIT:FIRST-LAST". Throws (usage) where it does but for a
// split that there is not.
std::optional<PictureAddress> parse_picture_address(const std::string& text);

// Opens no more of the data set than the address needs. A training picture is counted among all that there are, before
// any validate.
DataOptions options_for(const PictureAddress& address, DataOptions options = {});

// Throws (usage) where the split has no picture of the (first) index.
void check_picture_address(const PictureAddress& address, const Dataset& dataset);

}  // namespace fovea
