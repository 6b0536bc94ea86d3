// Work in a process of its own: a library that crashes, hangs or books all memory over a damaged file ends there.
//
// The child is a fork of this process, without exec: it sees all memory as it is, and what it changes is gone with it.
// As only the calling thread lives on in it, `work` must not wait for others: no thread pools, and no locks that another
// thread may hold at that moment. It can open no files, and its standard output and error lead nowhere (but under
// sanitizers, which need both).
#pragma once

#include <cstdint>
#include <functional>

#include "fovea/base/file.h"

namespace fovea {

struct ContainedLimits {
  uint64_t memory = uint64_t{256} << 20;  // bytes beside what this process has already
  unsigned seconds = 10;                  // of the processor; by the clock, a hundred times as many
};

enum class ContainedEnd {
  done,
  failed,   // the child died, by a signal or by want of memory
  too_long  // it was ended for its seconds
};

inline constexpr size_t kContainedPiece = size_t{1} << 20;

// Runs work(put) in the child. What it puts comes to take(piece) here, in order, in pieces of kContainedPiece (the last
// of every put: what is left). An Error that it throws is thrown here. All that arrives must be looked at like the
// file itself: it may come from a child that the file has led astray.
using Put = std::function<void(Bytes)>;
ContainedEnd run_contained(const std::function<void(const Put& put)>& work,
                           const std::function<void(Bytes piece)>& take, const ContainedLimits& limits = {});

}  // namespace fovea
