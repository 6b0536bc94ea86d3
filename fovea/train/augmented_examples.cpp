#include "fovea/train/augmented_examples.h"

#include <vector>

#include "fovea/base/random.h"

namespace fovea {
namespace {

// In epochs of one kind, even or odd, which is the picture's own.
bool mirrored(int64_t i, const Draw& draw) {
  RandomStream own(draw.seed, purpose::kAlternate, 0, static_cast<uint64_t>(i));
  return ((own.bits() ^ draw.epoch) & 1) != 0;
}

}  // namespace

AugmentedExamples::AugmentedExamples(const DataExamples& source, const AugmentOptions& options)
    : source_(source), augment_(options, source.value_range()) {}

Mix AugmentedExamples::mix(const Draw& draw) const {
  RandomStream random(draw.seed, purpose::kMix, draw.epoch, draw.position);
  return draw_mix(options().mix, size(), shape(), random);
}

void AugmentedExamples::draw_one(int64_t i, uint32_t stream, const Draw& draw, float* dst) const {
  thread_local Canvas canvas;
  canvas.reshape(shape());
  source_.unprocessed(i, canvas.now());
  RandomStream random(draw.seed, stream, draw.epoch, draw.position);
  augment_.apply(canvas, options().transform.alternating_flip && mirrored(i, draw), random);
  source_.preprocess(canvas.now(), dst);
}

void AugmentedExamples::drawn_picture(int64_t i, const Draw& draw, float* dst) const {
  draw_one(i, purpose::kAugment, draw, dst);
  if (!options().mix.any()) return;
  thread_local std::vector<float> partner;
  partner.resize(static_cast<size_t>(shape().elements()));
  const Mix drawn = mix(draw);
  draw_one(drawn.partner, purpose::kPartner, draw, partner.data());
  apply_mix(drawn, shape(), partner.data(), dst);
}

void AugmentedExamples::drawn_target(int64_t i, const Draw& draw, float* dst) const {
  source_.target(i, dst);
  if (!options().mix.any()) return;
  thread_local std::vector<float> partner;
  partner.resize(static_cast<size_t>(classes()));
  const Mix drawn = mix(draw);
  source_.target(drawn.partner, partner.data());
  const auto own = static_cast<float>(drawn.share), other = static_cast<float>(1 - drawn.share);
  for (size_t c = 0; c < partner.size(); ++c) dst[c] = own * dst[c] + other * partner[c];
}

int32_t AugmentedExamples::drawn_label(int64_t i, const Draw& draw) const {
  if (!options().mix.any()) return label(i);
  const Mix drawn = mix(draw);
  return label(drawn.share >= 0.5 ? i : drawn.partner);
}

void AugmentedExamples::expect_drawn(int64_t i, const Draw& draw) const {
  source_.expect(i);
  if (options().mix.any()) source_.expect(mix(draw).partner);
}

}  // namespace fovea
