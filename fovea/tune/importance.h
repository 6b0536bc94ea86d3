// How much each parameter of a search mattered: permutation importance of a random forest (Breiman 2001). A forest learns
// scores from values; then one parameter's values are shuffled among the trials that a tree did not see, and the share of the
// scores' variance that the forest explains no more is the parameter's.
#pragma once

#include <string>
#include <vector>

#include "fovea/tune/space.h"

namespace fovea::tune {

inline constexpr const char* kImportanceMethod = "permutation importance of a random forest";

struct Importance {
  std::string parameter;
  double importance = 0;  // all together 1; 0 where nothing can be said
};

struct ImportanceOptions {
  int trees = 200;
  uint64_t seed = 0;
};

// The largest first. Trials without a score are left out; with fewer than four all are 0.
struct ScoredValues {
  Values values;
  double score = 0;
};
std::vector<Importance> importance(const Space& space, const std::vector<ScoredValues>& trials, const ImportanceOptions& options = {});

}  // namespace fovea::tune
