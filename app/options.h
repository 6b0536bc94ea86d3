// What every command takes: --json, --quiet, --verbose, --threads, --seed, --lanes, --precision.
#pragma once

#include <cstdint>
#include <string>

#include "app/console.h"
#include "app/option_table.h"

namespace fovea::app {

struct CommonOptions {
  bool json = false, quiet = false, verbose = false;
  int threads = 0;  // 0: one a core that this process may use
  uint64_t seed = 0;
  int lanes = 0;  // 0: chosen from batch size and cores
  std::string precision = "f32";

  Console console() const { return {.quiet = quiet, .verbose = verbose && !quiet}; }
  int thread_count() const;  // as --threads says or leaves open
};

// --json, --quiet, --verbose.
void add_output_options(OptionTable& table, CommonOptions& options);
// --threads, --seed, --lanes, --precision.
void add_machine_options(OptionTable& table, CommonOptions& options);

// Throws Error (usage) for what cannot be had yet.
void check(const CommonOptions& options);

}  // namespace fovea::app
