// Convolution backward by weights as a vector loop: for AVX2, where the library's reaches half of a core's peak, and
// for few input channels, which it pads to whole blocks.
#pragma once

#include <string>
#include <vector>

#include "fovea/kernels/conv.h"
#include "fovea/kernels/loop_kernel.h"

namespace fovea::kernels {

// A kernel for these layouts; null with a reason where the loop cannot take them: groups, or output channels that do
// not lie in whole vectors. Arguments as conv_backward_weights.
KernelPtr conv_weights_loop(const ConvProblem& problem, bool bias, const Layout& src, const Layout& diff_dst,
                            const WeightsLayout& diff_weights, std::string& reason);

// A place in the kernel and an input channel: where its input for the first output lies, and its first sum.
struct ConvTap {
  int64_t input = 0, sum = 0;
};

struct ConvWeightsProblem {
  ConvProblem conv;
  bool bias = false;
  Layout src, diff_dst;
  Layout padded;      // of as many pictures as a chunk has, with the padding; src where there is none
  int64_t lanes = 4;  // of a vector: divides every block of output channels
  int64_t chunk_pictures = 1, chunk_rows = 1;      // whole pictures, or rows of one
  std::vector<ConvTap> taps = {};                  // by row, channel, column
  std::vector<int64_t> gradients = {}, sums = {};  // where each vector of output channels begins: diff_dst, weights
  int64_t weights_elements = 0;
  bool weights_padded = false;

  bool pads() const { return conv.pt + conv.pb + conv.pl + conv.pr > 0; }
  // Scratch: the sums of the bias, then a chunk's padded pictures, each at a multiple of kAlignment.
  size_t bias_bytes() const;
  size_t scratch_bytes() const;
};

// Of the CPU's best instruction set; and how many floats its vectors have.
Loop<ConvWeightsProblem> conv_weights_loop_of_cpu();
int64_t conv_weights_lanes_of_cpu();

}  // namespace fovea::kernels
