// What a parser of foreign files must survive: the file cut after every byte, and every byte changed.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "fovea/base/error.h"
#include "fovea/base/file.h"

namespace fovea {

// A copy of exactly this size on the heap, so that the sanitizer sees a read behind its end.
inline std::vector<uint8_t> exact_copy(std::string_view text) { return {text.begin(), text.end()}; }

// parse(Bytes) must throw an Error (file) for every beginning of the file but the whole.
template <class Parse>
void refuses_every_truncation(std::string_view file, Parse parse) {
  EXPECT_NO_THROW(parse(Bytes(exact_copy(file))));
  for (size_t size = 0; size < file.size(); ++size) {
    const auto cut = exact_copy(file.substr(0, size));
    try {
      parse(Bytes(cut));
      ADD_FAILURE() << "accepted the first " << size << " of " << file.size() << " bytes";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::file) << error.what();
    }
  }
}

// parse(Bytes) must return or throw an Error for a file with any one byte changed.
template <class Parse>
void survives_every_change(std::string_view file, Parse parse) {
  auto changed = exact_copy(file);
  for (size_t at = 0; at < changed.size(); ++at) {
    const uint8_t original = changed[at];
    for (const int value : {0, 1, 0x7f, 0x80, 0xff, original ^ 1, original ^ 0x40, original + 1, original - 1}) {
      changed[at] = static_cast<uint8_t>(value);
      try {
        parse(Bytes(changed));
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::file) << error.what();
      }
    }
    changed[at] = original;
  }
}

// The same through a file on the disk, for parsers that open it themselves.
template <class Load>
auto through_file(const std::string& path, Load load) {
  return [path, load](Bytes bytes) {
    std::ofstream(path, std::ios::binary) << as_text(bytes);  // thousands of times: not synced
    load(path);
  };
}

}  // namespace fovea
