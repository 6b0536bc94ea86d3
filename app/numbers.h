// Numbers as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace fovea::app {

std::string grouped(int64_t number);   // 54,000
std::string figure(double value);      // 0.8951, 12.34, 1.2e-05: four digits or so
std::string duration(double seconds);  // 0.35 s, 12.3 s, 4:05, 1:04:05
std::string megabytes(double bytes);   // 12.3 MiB
std::string day_and_time(double seconds);  // since 1970, here: 2026-11-26 18:09

}  // namespace fovea::app
