// What the program says: results on stdout, everything else on stderr.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string>

#include "fovea/base/error.h"
#include "fovea/base/json.h"

namespace fovea::app {

struct Console {
  bool quiet = false, verbose = false;

  // A message: what the program does and why, on stderr. Control characters in it become spaces.
  template <class... Args>
  void note(fmt::format_string<Args...> format, Args&&... args) const {
    if (!quiet) say(fmt::format(format, std::forward<Args>(args)...));
  }
  // A message that only --verbose shows.
  template <class... Args>
  void detail(fmt::format_string<Args...> format, Args&&... args) const {
    if (verbose) say(fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  static void say(const std::string& line);
};

// "fovea: error: WHERE: WHAT" and its details, indented.
void print_error(const Error& error);

// A piece of the result, on stdout.
void print(const std::string& text);
// The whole result, as one JSON object on a line.
void print_json(const Json& json);

// Sends out what stdout still holds. Throws Error (file) where it cannot take it.
void flush_results();

}  // namespace fovea::app
