// Which ways through our code an input takes, where the compiler tells (-fsanitize-coverage=trace-pc, the preset `fuzz`).
// Elsewhere nothing is known of them.
//
// As in AFL (Zalewski, "Technical whitepaper for afl-fuzz"): a way is a step from one block of code to another, and how
// often it was taken, to the power of two.
#pragma once

#include <optional>

namespace fovea::fuzz {

// An input begins. What forks of this process do until `coverage_grew` counts too.
void start_coverage();

// Whether the input took a way that none took before it; nothing where no code tells.
std::optional<bool> coverage_grew();

}  // namespace fovea::fuzz
