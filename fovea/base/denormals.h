// Numbers too small for their full precision (below 1.2e-38).
#pragma once

namespace fovea {

// While it lives they are zero on this thread, as TensorFlow's kernels have them: an operation with one takes a CPU a hundred
// cycles, and Adam's mean of gradients that have become zero gets there within a thousand steps, and stays.
class FlushDenormals {
 public:
  FlushDenormals();
  ~FlushDenormals();
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
  unsigned before_;
};

}  // namespace fovea
