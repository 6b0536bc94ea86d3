// What a training ends with, told on stdout.
#pragma once

#include <optional>
#include <string>

#include "app/test_result.h"
#include "fovea/data/dataset.h"
#include "fovea/train/history.h"

namespace fovea::app {

// The test split, else validation; of the best epoch's weights, which the run folder stands for.
struct Tested {
  SplitKind split = SplitKind::test;
  TestResult result;
};

struct TrainingResult {
  std::string folder;
  const History& history;
  int best = 0;  // an epoch from 1; 0: there is none
  double seconds = 0;
  uint64_t seed = 0;
  std::optional<Tested> tested = std::nullopt;
  std::string page = {};  // the report; empty: none was asked for
};

void print_training_result(const TrainingResult& result, bool json);

}  // namespace fovea::app
