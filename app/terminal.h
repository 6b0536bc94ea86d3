// What the program may assume of the terminal it writes to, if there is one: COLUMNS, NO_COLOR and TERM=dumb are
// honoured.
#pragma once

#include <cstdio>

namespace fovea::app {

// Whether lines may be rewritten: a terminal that is not dumb.
bool can_rewrite(FILE* stream);

// Whether words may be coloured: the same, and NO_COLOR is not set.
bool can_colour(FILE* stream);

// COLUMNS, else the terminal's width, else 80; at least 20.
int columns();

}  // namespace fovea::app
