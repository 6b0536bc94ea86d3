// Changes inputs as fuzzers do: bits, numbers of every width and order, pieces cut, doubled, moved and mixed.
#pragma once

#include <string>

#include "fovea/base/random.h"

namespace fovea::fuzz {

// One change or a few. `other` is where foreign pieces come from; the result has at most max_bytes.
std::string mutated(std::string input, const std::string& other, RandomStream& random, size_t max_bytes);

}  // namespace fovea::fuzz
