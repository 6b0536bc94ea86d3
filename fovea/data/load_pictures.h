// Reads a data set's picture files: decoded, brought to one size, in the order of the list whatever thread read them;
// into memory, or into a file of the cache where they are not in it yet.
#pragma once

#include "fovea/data/picture_files.h"
#include "fovea/data/source.h"

namespace fovea {

// Files that cannot be read are left out and listed in the result; `strict`: the first of them is thrown, as an Error
// (file). Throws also where none is left, or where all would fit neither into memory nor into the cache, as far as the
// options let them go there.
Source load_pictures(const PictureFiles& files, const PictureOptions& options, Wanted wanted);

}  // namespace fovea
