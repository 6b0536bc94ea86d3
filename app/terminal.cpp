#include "app/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace fovea::app {

bool can_rewrite(FILE* stream) {
  const char* term = std::getenv("TERM");
  return ::isatty(::fileno(stream)) && term != nullptr && std::strcmp(term, "dumb") != 0;
}

bool can_colour(FILE* stream) {
  const char* no_colour = std::getenv("NO_COLOR");
  return can_rewrite(stream) && (no_colour == nullptr || *no_colour == '\0');
}

int columns() {
  constexpr int kLeast = 20, kMost = 1000, kUsual = 80;
  if (const char* given = std::getenv("COLUMNS"))
    if (const int width = std::atoi(given); width > 0) return std::clamp(width, kLeast, kMost);
  winsize size = {};
  for (const int descriptor : {STDOUT_FILENO, STDERR_FILENO})
    if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
      return std::clamp<int>(size.ws_col, kLeast, kMost);
  return kUsual;
}

}  // namespace fovea::app
