// What a plan's steps are made of: a kernel chosen for one problem, and its calls on bound buffers.
//
// Choosing and binding happen once, when a plan is made, may allocate, and may fail with a reason. Running is const,
// allocates nothing of ours and throws nothing. A kernel's header states the order of its arguments; the last one is
// always its scratch memory (`scratch_bytes()`; may be null where that is 0). Buffers are aligned to kAlignment.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fovea::kernels {

// Where pictures come from: called inside a tile's task, by several threads at once, each for its own rows of the batch.
class Feed {
 public:
  virtual ~Feed() = default;
  // `rows` pictures from `first_row` of the batch on, nhwc.
  virtual void pictures(int64_t first_row, int64_t rows, float* dst) const = 0;
  // Their targets, (rows, classes).
  virtual void targets(int64_t, int64_t, float*) const {}
  // Their sample weights, (rows).
  virtual void sample_weights(int64_t, int64_t, float*) const {}
  // The gradient that backward starts from, where the plan has no loss: as the output, nhwc.
  virtual void gradients(int64_t, int64_t, float*) const {}
};

// What differs from one run of a plan to the next, the buffers' contents aside. `epoch`, `position` and `seed` address
// the random streams.
struct RunContext {
  const Feed* feed = nullptr;
  uint64_t seed = 0;
  int64_t epoch = 0;
  int64_t position = 0;  // of the batch's first picture in the epoch's order
};

// A kernel with its buffers: runs on the calling thread alone. Different calls may run at the same time.
class Call {
 public:
  virtual ~Call() = default;
  virtual void run(const RunContext& context) const = 0;
};

class Kernel;
using KernelPtr = std::shared_ptr<const Kernel>;

// A part of a kernel's work: a kernel of its own, and how far into each of the whole's arguments its own begin, in bytes
// (scratch aside).
struct Share {
  KernelPtr kernel;
  std::vector<size_t> offsets;
};

class Kernel {
 public:
  virtual ~Kernel() = default;
  // "jit:avx2", "loop:AVX2", "ref": what serves this problem on this CPU.
  virtual std::string implementation() const = 0;
  virtual size_t scratch_bytes() const { return 0; }
  // `first_row` is the place of the buffers' first picture in its batch: what random streams and labels need.
  virtual std::unique_ptr<Call> bind(std::span<void* const> arguments, int64_t first_row) const = 0;
  // The work cut into at most so many shares, which may run at the same time and together write what this kernel writes (the
  // library may round another way in a share). Empty: it cannot be cut.
  virtual std::vector<Share> shares(int) const { return {}; }
};

}  // namespace fovea::kernels
