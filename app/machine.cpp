#include "app/machine.h"

#include <archive.h>
#include <fmt/format.h>
#include <jpeglib.h>
#include <png.h>
#include <webp/decode.h>
#include <xxhash.h>
#include <zip.h>
#include <zlib.h>
#include <CLI/Version.hpp>
#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/toml.h"
#include "fovea/base/thread_pool.h"
#include "fovea/kernels/cpu.h"

namespace fovea::app {
namespace {

// The text behind "KEY   :" of the first line that begins with KEY.
std::string line_of(const char* file, const std::string& key) {
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    if (!line.starts_with(key)) continue;
    const size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const size_t begin = line.find_first_not_of(" \t", colon + 1);
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return "";
}

double memory_bytes(const std::string& key) { return std::atof(line_of("/proc/meminfo", key).c_str()) * 1024; }

}  // namespace

Machine this_machine() {
  Machine machine;
  machine.processor = line_of("/proc/cpuinfo", "model name");
  if (machine.processor.empty()) machine.processor = "unknown";
  machine.instruction_set = kernels::instruction_set();
  std::istringstream flags(line_of("/proc/cpuinfo", "flags"));
  const std::vector<std::string> known = {"sse4_1",      "avx",         "avx2",        "fma",      "f16c",    "avx512f",
                                          "avx512_vnni", "avx512_bf16", "avx512_fp16", "avx_vnni", "amx_bf16"};
  std::vector<std::string> present;
  for (std::string flag; flags >> flag;) present.push_back(flag);
  for (const std::string& flag : known)
    if (std::find(present.begin(), present.end(), flag) != present.end()) machine.features.push_back(flag);
  machine.cores = available_cores();
  machine.memory = memory_bytes("MemTotal");
  machine.memory_free = memory_bytes("MemAvailable");
  return machine;
}

std::vector<LibraryVersion> library_versions() {
  const std::string onednn = kernels::library_version();
  const size_t space = onednn.find(' ');
  return {
      {onednn.substr(0, space), space == std::string::npos ? "" : onednn.substr(space + 1)},
      {"libpng", png_get_libpng_ver(nullptr)},
      {"libjpeg", fmt::format("{}", JPEG_LIB_VERSION / 10.0)},
      {"libwebp", fmt::format("{}.{}.{}", WebPGetDecoderVersion() >> 16, WebPGetDecoderVersion() >> 8 & 0xff,
                              WebPGetDecoderVersion() & 0xff)},
      {"zlib", zlibVersion()},
      {"libzip", zip_libzip_version()},
      {"libarchive", fmt::format("{}.{}.{}", archive_version_number() / 1000000, archive_version_number() / 1000 % 1000,
                                 archive_version_number() % 1000)},
      {"xxHash", fmt::format("{}.{}.{}", XXH_versionNumber() / 10000, XXH_versionNumber() / 100 % 100,
                             XXH_versionNumber() % 100)},
      {"fmt", fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)},
      {"nlohmann_json",
       fmt::format("{}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH)},
      {"toml++", fmt::format("{}.{}.{}", TOML_LIB_MAJOR, TOML_LIB_MINOR, TOML_LIB_PATCH)},
      {"CLI11", CLI11_VERSION},
  };
}

}  // namespace fovea::app
