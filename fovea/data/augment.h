// Random changes to training pictures: what is asked for, and the stages that carry it out, in order.
//
// Pictures are as the data hold them (bytes as 0 … 255), of the model's size, before preprocessing, as Keras's
// generator sees them. docs/augmentation.md has all keys, their sources, and the order.
#pragma once

#include <optional>
#include <string>

#include "fovea/data/colour.h"
#include "fovea/data/crop.h"
#include "fovea/data/erase.h"
#include "fovea/data/mix.h"
#include "fovea/data/policy.h"
#include "fovea/data/transform.h"

namespace fovea {

// Keys of Keras's ImageDataGenerator, and newer ones. All are off unless asked for.
struct AugmentOptions {
  CropOptions crop;
  TransformOptions transform;
  PolicyOptions policy;
  JitterOptions jitter;
  EraseOptions erase;
  MixOptions mix;                         // of several pictures: left to who has them
  std::optional<Range> value_range = {};  // what stands for black and white; default: as the pictures have it

  template <class Visitor>
  void fields(Visitor& v) {
    transform.fields(v);
    crop.fields(v);
    policy.fields(v);
    jitter.fields(v);
    erase.fields(v);
    mix.fields(v);
    v("value_range", value_range);
  }
};

// The keys that differ from their defaults: "rotation_range=20, zoom_range=0.8 to 1.2".
std::string to_string(const AugmentOptions& options);

// Throws Error (usage) for options that cannot be, naming `where`.
void check(const AugmentOptions& options, const std::string& where);

class Augment {
 public:
  // The options are checked. `range` is what the pictures have, where the options say nothing else.
  Augment(AugmentOptions options, ValueRange range);

  const AugmentOptions& options() const { return options_; }

  // Draws all that is done to one picture from one stream; may be called by several threads. `mirrored`: it is its turn
  // of `alternating_flip`.
  void apply(Canvas& canvas, bool mirrored, RandomStream& random) const;

 private:
  AugmentOptions options_;
  TransformRule rule_;
};

}  // namespace fovea
