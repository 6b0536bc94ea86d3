// The way a camera was held: the tag Orientation in the EXIF part of JPEG, PNG and WebP files.
//
//   1 upright  2 mirrored  3 upside down  4 mirrored and upside down  5 to 8 lying on a side: height and width change
#pragma once

#include "fovea/base/file.h"
#include "fovea/formats/image.h"

namespace fovea {

// From 1 to 8; 1 where the file says nothing, or nothing that makes sense: damage here is no reason to refuse a
// picture.
int exif_orientation(Bytes file);

inline bool swaps_sides(int orientation) { return orientation >= 5; }

// The picture as it was seen.
Image turned_upright(Image image, int orientation);

}  // namespace fovea
