// Several models as one: each is a model inside it, and what they say is combined by layers. It is saved, evaluated and
// explained like any other model, and Keras reads it.
#pragma once

#include <string>
#include <vector>

#include "fovea/ensemble/tables.h"
#include "fovea/model/model.h"

namespace fovea::ensemble {

struct Member {
  const Model* model = nullptr;
  std::string name;          // in the ensemble; made different from the others' where it is not
  double weight = 1;         // of all weights together
  double temperature = 1;    // see tempered()
};

struct EnsembleOptions {
  Combination combination = Combination::mean;
  double temperature = 1;  // of the whole; 1 for a mean
  std::string name = "ensemble";
};

// Σ w p as layers that scale and add; the geometric mean as softmax(Σ w z), z being what the members' last softmax is
// given. Members that weigh nothing are left out. Throws Error (usage) where the members take different pictures or tell
// different classes, where a temperature or a geometric mean needs a softmax that a member does not end in, and for what
// is no sum: majorities, and a temperature of a mean.
Model ensemble_model(const std::vector<Member>& members, const EnsembleOptions& options = {});

}  // namespace fovea::ensemble
