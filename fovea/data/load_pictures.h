// Reads a data set's picture files into memory: decoded, brought to one size, in the order of the list whatever thread
// read them.
#pragma once

#include "fovea/data/picture_files.h"
#include "fovea/data/source.h"

namespace fovea {

// Files that cannot be read are left out and listed in the result; `strict`: the first of them is thrown, as an Error
// (file). Throws also where none is left, or where all would not fit into memory.
Source load_pictures(const PictureFiles& files, const PictureOptions& options, Wanted wanted);

}  // namespace fovea
