// The problems that tests and benchmarks share: one a line in bench/problems/*.txt.
//
//   basic.conv1  n8 c3->32 i32x32 k3 s1 valid   # comment
//
// A name, then a letter with its numbers (joined by x or ->), or a word. `k3` means 3x3, `s1` means 1x1.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fovea/kernels/conv.h"
#include "fovea/kernels/dense.h"

namespace fovea {

struct Problem {
  std::string name, line;
  std::map<std::string, std::vector<int64_t>> sizes;
  std::set<std::string> words;

  // The number at `place` of a letter; of a single number for any place; `missing` where the letter is not there.
  int64_t size(const std::string& letter, size_t place = 0, int64_t missing = 1) const;
  bool is(const std::string& word) const { return words.contains(word); }
};

// Throws Error (file) where the line is not as above.
Problem parse_problem(std::string_view line);
// All of bench/problems/NAME.txt.
std::vector<Problem> problems(const std::string& name);

// n, c IN->OUT, i HxW, k, s, d (dilation), g (groups); `valid`, `same` as Keras pads, or p TOPxBOTTOMxLEFTxRIGHT.
kernels::ConvProblem conv_problem(const Problem& problem);
// n, c IN->OUT.
kernels::DenseProblem dense_problem(const Problem& problem);

}  // namespace fovea
