// Tiny data sets in their own formats, for tests.
#pragma once

#include <string>
#include <vector>

#include "fovea/base/file.h"
#include "fovea/formats/npz.h"

namespace fovea {

inline std::string idx_file(std::vector<uint32_t> sizes, const std::vector<uint8_t>& numbers) {
  std::string file{'\0', '\0', '\x08', static_cast<char>(sizes.size())};
  for (const uint32_t size : sizes)
    for (int shift = 24; shift >= 0; shift -= 8) file += static_cast<char>(size >> shift & 0xff);
  return file + std::string(numbers.begin(), numbers.end());
}

// 2x3 pictures whose pixels count up, and these labels.
inline void write_idx_pair(const std::string& folder, const std::string& part, const std::vector<uint8_t>& labels) {
  std::vector<uint8_t> pixels(labels.size() * 6);
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<uint8_t>(i);
  const auto count = static_cast<uint32_t>(labels.size());
  write_file_atomically(folder + "/" + part + "-images-idx3-ubyte", idx_file({count, 2, 3}, pixels));
  write_file_atomically(folder + "/" + part + "-labels-idx1-ubyte", idx_file({count}, labels));
}

// A CIFAR record: red all r, green counting up, blue all 255 - r.
inline std::string cifar_record(uint8_t label, uint8_t red) {
  std::string record{static_cast<char>(label)};
  record += std::string(1024, static_cast<char>(red));
  for (int i = 0; i < 1024; ++i) record += static_cast<char>(i & 0xff);
  return record + std::string(1024, static_cast<char>(255 - red));
}

// Five batches of two pictures and a test batch of one.
inline void write_cifar(const std::string& folder) {
  for (int batch = 1; batch <= 5; ++batch)
    write_file_atomically(folder + "/data_batch_" + std::to_string(batch) + ".bin",
                          cifar_record(static_cast<uint8_t>(batch), static_cast<uint8_t>(2 * batch)) +
                              cifar_record(static_cast<uint8_t>(batch + 1), static_cast<uint8_t>(2 * batch + 1)));
  write_file_atomically(folder + "/test_batch.bin", cifar_record(9, 99));
}

}  // namespace fovea
