// What a frozen front makes of a training's pictures, computed once a stage and kept: in memory, or in the cache on disk.
#pragma once

#include <optional>
#include <string>

#include "app/console.h"
#include "app/train_arguments.h"
#include "fovea/model/model.h"
#include "fovea/train/augmented_examples.h"
#include "fovea/train/feature_examples.h"
#include "fovea/train/trainer.h"

namespace fovea::app {

// All that is pointed to has to outlive the features.
struct FrontPictures {
  const DataExamples* train = nullptr;
  const AugmentedExamples* augmented = nullptr;  // of `train`; null: it is trained on as it is
  const DataExamples* validation = nullptr;      // null: none
  std::string data = {};  // which pictures these are: the data set's hash, and its cut's
  PictureRules rules = {};
};

class FrontFeatures {
 public:
  // The arguments have to outlive it.
  FrontFeatures(const TrainArguments& arguments, const Console& console) : arguments_(arguments), console_(console) {}

  // The node whose output is computed once where training goes on with these layers frozen; 0: none.
  int node(const Graph& graph, bool augmented) const;

  // For the stage that begins; says what was done, or why nothing was. Those of the stage before go. Throws Error where
  // --front-features wants them on a disk that does not take them.
  void keep(Model& model, Trainer& trainer, const FrontPictures& pictures);

  // Null where none are kept.
  const Examples* train() const { return train_ ? &*train_ : nullptr; }
  const Examples* validation() const { return validation_ ? &*validation_ : nullptr; }

 private:
  void forget();

  const TrainArguments& arguments_;
  Console console_;
  std::optional<FeatureExamples> train_, validation_;
};

}  // namespace fovea::app
