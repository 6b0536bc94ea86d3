#include "fovea/base/keras_home.h"

#include <cstdlib>

namespace fovea {

std::string keras_home() {
  if (const char* keras = std::getenv("KERAS_HOME"); keras != nullptr && *keras != '\0') return keras;
  const char* home = std::getenv("HOME");
  return std::string(home != nullptr ? home : "") + "/.keras";
}

}  // namespace fovea
