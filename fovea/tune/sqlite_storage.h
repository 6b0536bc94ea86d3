// A study in one SQLite file. It is kept in write-ahead mode: readers never wait, and what was committed survives the end of
// any process.
#pragma once

#include <memory>
#include <string>

#include "fovea/tune/storage.h"

namespace fovea::tune {

// Opens the file; `create`: makes it where there is none. One per thread. Throws Error (file) where it is no study's, was
// written by a later version, or cannot be written.
std::unique_ptr<Storage> open_sqlite_storage(const std::string& path, bool create = false);

}  // namespace fovea::tune
