// Which ways through our code an input takes, where the compiler tells (-fsanitize-coverage=trace-pc, the preset `fuzz`).
// Elsewhere no way is ever new.
//
// As in AFL (Zalewski, "Technical whitepaper for afl-fuzz"): a way is a step from one block of code to another, and how
// often it was taken, to the power of two.
#pragma once

namespace fovea::fuzz {

// An input begins. What forks of this process do until `coverage_grew` counts too.
void start_coverage();

// Whether the input took a way that none took before it.
bool coverage_grew();

}  // namespace fovea::fuzz
