// Pictures side by side, class under class, with the names beside them: one look at a data set.
#pragma once

#include <string>
#include <vector>

#include "fovea/formats/image.h"

namespace fovea {

struct ContactRow {
  std::string name;  // shown in ASCII: other letters become '?'
  std::string note;  // below it, smaller: a count
  std::vector<Image> pictures;
};

struct ContactSheetOptions {
  int64_t cell = 96;    // the longer side of every picture; smaller ones are enlarged by whole steps
  int64_t columns = 8;  // pictures a row; the others are left out
};

// An RGB picture on white. Rows without pictures keep their place.
Image contact_sheet(const std::vector<ContactRow>& rows, const ContactSheetOptions& options = {});

}  // namespace fovea
