// Bytes as text that JSON and HTML hold (RFC 4648).
#pragma once

#include <string>

#include "fovea/base/file.h"

namespace fovea {

std::string base64(Bytes bytes);

}  // namespace fovea
