// libhdf5, asked about a file that lies in memory. To be called where it may crash: in a process of its own.
#pragma once

#include <functional>
#include <mutex>

#include "fovea/base/contained.h"
#include "fovea/formats/hdf5.h"

namespace fovea {

// Everybody who calls libhdf5, or forks to call it, holds this: not every build of it is safe for threads.
std::mutex& hdf5_mutex();

// Puts every object of the file, packed() one after the other: a group before what it holds.
void list_hdf5(Bytes file, const std::string& where, const Hdf5Limits& limits, const Put& put);

// Puts a tensor's numbers, little-endian, in the type that they are stored in.
void read_hdf5(Bytes file, const std::string& where, const std::string& path, const Put& put);

}  // namespace fovea
