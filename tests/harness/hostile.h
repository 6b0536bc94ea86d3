// Reads of damaged files by thousands, watched: none may end the process, throw what is no Error of the file, go on for
// long or take much memory.
#pragma once

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "fovea/base/error.h"
#include "fovea/base/file.h"
#include "fovea/base/random.h"
#include "fuzz/mutate.h"
#include "tests/harness/processor_seconds.h"

namespace fovea {

// How many a test reads; ten thousand with FOVEA_LONG_TESTS.
inline int hostile_files(int otherwise) { return std::getenv("FOVEA_LONG_TESTS") != nullptr ? 10'000 : otherwise; }

class Watch {
 public:
  // Bytes above what the process has now.
  explicit Watch(int64_t most_memory) : most_memory_(most_memory), memory_(peak_memory()) {}

  // Whether the file was taken. Seconds are the processor's, of this process and of those that it waited for.
  template <class Read>
  bool takes(Read read) {
    const double before = processor_seconds();
    bool taken = false;
    try {
      read();
      taken = true;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::file) << error.what();
    } catch (const std::exception& other) {
      ADD_FAILURE() << "threw what is no Error: " << other.what();
    }
    EXPECT_LE(processor_seconds() - before, kMostSeconds);
    EXPECT_LE(taken_memory(), most_memory_);
    return taken;
  }

  int64_t taken_memory() const { return peak_memory() - memory_; }

 private:
  static constexpr double kMostSeconds = 5;

  static int64_t peak_memory() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss * 1024;
  }

  int64_t most_memory_, memory_;
};

struct HostileSeed {
  std::string name, content;
};

// Bytes anywhere in the file, as fuzzers change them.
inline std::string changed_bytes(const HostileSeed& seed, const HostileSeed& other, RandomStream& random) {
  return fuzz::mutated(seed.content, other.content, random, 2 * seed.content.size());
}

// Calls read(seed's name, damaged content) `count` times, the seeds in turn; what change(seed, other, random) does to a
// file follows from its number alone.
template <class Change, class Read>
void damage_each(const std::vector<HostileSeed>& seeds, int count, Change change, Read read) {
  ASSERT_FALSE(seeds.empty());
  for (int k = 0; k < count; ++k) {
    RandomStream random(static_cast<uint64_t>(k), purpose::kSample);
    const HostileSeed& seed = seeds[static_cast<size_t>(k) % seeds.size()];
    const HostileSeed& other = seeds[random.below(seeds.size())];
    SCOPED_TRACE(fmt::format("damaged file {}, of {}", k, seed.name));
    read(seed.name, change(seed, other, random));
    if (testing::Test::HasFatalFailure()) return;
  }
}

}  // namespace fovea
