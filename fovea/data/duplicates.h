// The same picture in more than one split: what is learnt by heart there is no measure here.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "fovea/data/dataset.h"

namespace fovea {

struct Leak {
  SplitKind from = SplitKind::train, into = SplitKind::test;
  int64_t pictures = 0;                                       // of `into` that are in `from` too
  std::vector<std::pair<std::string, std::string>> examples;  // a few, as files or numbers: in `into`, in `from`

  // "leakage: 3 pictures of test are in train too (b/7.png = a/1.png, …)"
  std::string line() const;
};

// By the numbers of the pictures as they were loaded (xxh3, 128 bits), of every two splits that have some in common.
std::vector<Leak> find_leaks(const Dataset& dataset);

// Pictures of a split that are there before.
int64_t count_repeated(const Split& split);

}  // namespace fovea
