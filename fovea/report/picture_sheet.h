// Pictures in a grid with words below each: feature maps, panels of an explanation, filters.
#pragma once

#include <string>
#include <vector>

#include "fovea/formats/image.h"

namespace fovea {

// Words are shown in ASCII: other letters become '?'.
struct CaptionedPicture {
  Image picture;
  std::string caption;  // below it, cut off where it is wider than the cell
};

struct SheetSection {
  std::string title;  // above the grid
  std::string note;   // below the title, smaller
  std::vector<CaptionedPicture> pictures;
};

struct PictureSheetOptions {
  int64_t cell = 224;   // the longer side of every picture; smaller ones are enlarged by whole steps
  int64_t columns = 8;  // pictures a row
  int64_t caption_scale = 2;  // of letters seven pixels high
};

// An RGB picture on white, section below section.
Image picture_sheet(const std::vector<SheetSection>& sections, const PictureSheetOptions& options = {});

}  // namespace fovea
