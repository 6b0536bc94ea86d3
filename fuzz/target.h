// What is fuzzed: the parsers of foreign files, by name.
#pragma once

#include <vector>

#include "fovea/base/file.h"

namespace fovea::fuzz {

struct Target {
  const char* name;
  // Reads an input as a user's file would be read, and looks at what it became. Throws Error (file) for a bad one, as
  // a parser may; anything else is a find.
  void (*run)(Bytes input);
  // Names of files of tests/golden that are seeds, by how they end.
  std::vector<const char*> seeds;
  // Further seeds, made.
  std::vector<std::string> (*made)() = [] { return std::vector<std::string>(); };
};

const std::vector<Target>& targets();

}  // namespace fovea::fuzz
