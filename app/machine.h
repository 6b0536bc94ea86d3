// The machine that the program runs on, as doctor and environment.json tell it.
#pragma once

#include <string>
#include <vector>

namespace fovea::app {

struct Machine {
  std::string processor;               // "AMD EPYC 7543 32-Core Processor"
  std::string instruction_set;         // "AVX2": what the kernels use
  std::vector<std::string> features;   // what the processor has, of those that matter here: avx2, fma, avx512f, …
  int cores = 0;                       // that this process may use
  double memory = 0, memory_free = 0;  // bytes
};

Machine this_machine();

struct LibraryVersion {
  std::string name, version;
};

std::vector<LibraryVersion> library_versions();

}  // namespace fovea::app
