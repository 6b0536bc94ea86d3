#include "fovea/train/augmented_examples.h"

#include "fovea/base/random.h"

namespace fovea {

AugmentedExamples::AugmentedExamples(const DataExamples& source, const AugmentOptions& options)
    : source_(source), augment_(options, source.shape(), source.value_range()) {}

void AugmentedExamples::drawn_picture(int64_t i, const Draw& draw, float* dst) const {
  thread_local Canvas canvas;
  canvas.reshape(shape());
  source_.unprocessed(i, canvas.now());
  RandomStream random(draw.seed, purpose::kAugment, draw.epoch, draw.position);
  augment_.apply(canvas, random);
  source_.preprocess(canvas.now(), dst);
}

}  // namespace fovea
