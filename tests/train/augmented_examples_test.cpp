#include "fovea/train/augmented_examples.h"

#include <gtest/gtest.h>

#include <cmath>

#include "fovea/layers/conv2d.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/flatten.h"
#include "fovea/train/trainer.h"
#include "tests/harness/run_model.h"

namespace fovea {
namespace {

constexpr int64_t kPictures = 23, kClasses = 3;
constexpr int64_t kNumbers = 8 * 8 * 3;
using Floats = std::vector<float>;

Split noise(DType type = DType::u8) {
  Array pixels(type, {kPictures, 8, 8, 3});
  const Floats numbers = random_floats(kPictures * kNumbers, 4);
  std::vector<int32_t> labels;
  for (int64_t i = 0; i < kPictures; ++i) labels.push_back(static_cast<int32_t>(i % kClasses));
  for (size_t i = 0; i < numbers.size(); ++i)
    if (type == DType::u8)
      pixels.values<uint8_t>()[i] = static_cast<uint8_t>(127 + 100 * numbers[i]);
    else
      pixels.values<float>()[i] = numbers[i];
  return Split(std::make_shared<const Pictures>(std::move(pixels), std::move(labels)));
}

// A split, as it is and augmented.
struct Fixture {
  explicit Fixture(const AugmentOptions& options, DType type = DType::u8)
      : examples(noise(type), {.shape = {8, 8, 3}}, {0, 1, 2}, kClasses, "noise"), augmented(examples, options) {}

  Floats picture(int64_t i) const {
    Floats dst(kNumbers);
    augmented.picture(i, dst.data());
    return dst;
  }
  Floats drawn(int64_t i, uint64_t epoch, uint64_t position) const {
    Floats dst(kNumbers);
    augmented.drawn_picture(i, {.seed = 5, .epoch = epoch, .position = position}, dst.data());
    return dst;
  }
  Floats target(int64_t i, uint64_t position) const {
    Floats dst(kClasses);
    augmented.drawn_target(i, {.seed = 5, .position = position}, dst.data());
    return dst;
  }

  DataExamples examples;
  AugmentedExamples augmented;
};

const AugmentOptions kTutorial = {.transform = {.rotation_range = 20,
                                                .width_shift_range = {.most = 0.2},
                                                .height_shift_range = {.most = 0.2},
                                                .zoom_range = {0.8, 1.2},
                                                .horizontal_flip = true}};

TEST(AugmentedExamples, AreAsTheyAreWhereNothingIsDrawn) {
  const Fixture f(kTutorial);
  Floats plain(kNumbers);
  f.examples.picture(3, plain.data());
  EXPECT_EQ(f.picture(3), plain);
  EXPECT_EQ(Fixture({}).drawn(3, 0, 0), plain);
  EXPECT_EQ(Fixture({}, DType::f32).drawn(3, 0, 0), Fixture({}, DType::f32).picture(3));
}

TEST(AugmentedExamples, DependOnEpochAndPositionAlone) {
  const Fixture f(kTutorial);
  const Floats drawn = f.drawn(3, 1, 7);
  EXPECT_NE(drawn, f.picture(3));
  EXPECT_NE(drawn, f.drawn(3, 1, 8));
  EXPECT_NE(drawn, f.drawn(3, 2, 7));
  EXPECT_EQ(drawn, f.drawn(3, 1, 7));
}

TEST(AugmentedExamples, AreMirroredInTurns) {
  const Fixture f({.transform = {.alternating_flip = true}});
  int mirrored = 0;
  for (int64_t i = 0; i < f.augmented.size(); ++i) {
    const Floats plain = f.picture(i), first = f.drawn(i, 0, 7), second = f.drawn(i, 1, 2);
    EXPECT_NE(first, second) << i;
    EXPECT_TRUE(first == plain || second == plain) << i;
    EXPECT_EQ(first, f.drawn(i, 2, 5)) << i;
    mirrored += first != plain;
  }
  EXPECT_GT(mirrored, 0);
  EXPECT_LT(mirrored, f.augmented.size());
}

TEST(AugmentedExamples, AreChangedBeforeTheyArePreprocessed) {
  const Fixture f({.transform = {.fill_mode = FillMode::constant, .cval = 51}});
  const AugmentOptions away = {
      .transform = {.height_shift_range = {.values = {100}}, .fill_mode = FillMode::constant, .cval = 51}};
  EXPECT_EQ(Fixture(away).drawn(0, 0, 0), Floats(kNumbers, 51.0f / 255.0f));
  EXPECT_EQ(Fixture(away, DType::f32).drawn(0, 0, 0), Floats(kNumbers, 51.0f));
}

// Weights after two epochs with short last batches; from the second batch on by another trainer where `parts` is 2.
Floats trained(const Fixture& f, int threads, int parts = 1) {
  struct StopAt final : Callback {
    int64_t step;
    explicit StopAt(int64_t s) : step(s) {}
    void on_batch_end(Trainer& trainer, const BatchLogs&) override {
      if (trainer.optimizer().iterations() == step) trainer.stop();
    }
  };
  Model model = sequential({.input_shape = {8, 8, 3}, .seed = 3}, Conv2D({.filters = 4, .kernel_size = {3, 3}}),
                           Flatten(), Dense({.units = 3, .activation = ActivationKind::softmax}));
  const TrainerOptions options = {.optimizer = {.name = "sgd"}, .seed = 11, .threads = threads, .lanes = 4};
  TrainingPlace place;
  for (int part = 1; part <= parts; ++part) {
    Trainer trainer(model, options);
    if (part == 2) trainer.go_on_from(place);
    StopAt stop(part < parts ? 2 : -1);
    trainer.fit(f.augmented, {.epochs = 2, .batch_size = 9, .validation = &f.augmented, .callbacks = {&stop}});
    place = trainer.place();
  }
  Floats all;
  for (int p = 0; p < model.parameters().size(); ++p)
    for (const Array array = model.parameters().get(p); const float value : array.values<float>()) all.push_back(value);
  return all;
}

TEST(AugmentedExamples, TrainToTheSameBitsOnAnyNumberOfThreads) {
  const Fixture f(kTutorial);
  const Floats one = trained(f, 1);
  EXPECT_EQ(one, trained(f, 2));
  EXPECT_EQ(one, trained(f, 3));
  EXPECT_NE(one, trained(Fixture({}), 1));
}

TEST(AugmentedExamples, TrainToTheSameBitsAfterAnInterruption) {
  const Fixture f(kTutorial);
  EXPECT_EQ(trained(f, 2), trained(f, 2, 2));
}

TEST(AugmentedExamples, MixTargetsAsTheyMixPictures) {
  const Fixture f({.mix = {.mixup = 1}});
  for (uint64_t position = 0; position < 40; ++position) {
    const Floats target = f.target(0, position), own = f.picture(0), drawn = f.drawn(0, 0, position);
    EXPECT_NEAR(target[0] + target[1] + target[2], 1, 1e-6);
    // The partner is a picture of the class whose share the target tells.
    const float share = target[0];
    const auto other = static_cast<size_t>(target[1] > 0 ? 1 : 2);
    bool found = share == 1 || target[other] == 0;  // both of class 0: the share cannot be told
    for (int64_t i = static_cast<int64_t>(other); i < kPictures && !found; i += kClasses) {
      const Floats partner = f.picture(i);
      float apart = 0;
      for (size_t k = 0; k < drawn.size(); ++k)
        apart = std::max(apart, std::abs(drawn[k] - share * own[k] - (1 - share) * partner[k]));
      found = apart < 1e-5f;
    }
    EXPECT_TRUE(found) << position;
    EXPECT_EQ(f.augmented.drawn_label(0, {.seed = 5, .position = position}),
              share >= 0.5f ? 0 : static_cast<int32_t>(other));
  }
}

TEST(AugmentedExamples, PasteBoxesOfTheirPartnersByCutMix) {
  const Fixture f({.mix = {.cutmix = 1}});
  for (uint64_t position = 0; position < 40; ++position) {
    const Floats target = f.target(1, position), own = f.picture(1), drawn = f.drawn(1, 0, position);
    double kept = 0;
    for (size_t k = 0; k < drawn.size(); ++k) kept += drawn[k] == own[k];
    const double share = kept / static_cast<double>(kNumbers);
    EXPECT_TRUE(target[1] == 1 || std::abs(target[1] - share) < 0.05) << position;  // bytes of the two may be alike
  }
}

TEST(AugmentedExamples, OfAllKindsTrainToTheSameBits) {
  AugmentOptions all = kTutorial;
  all.crop = {.crop_padding = 2, .resized_crop = Range{0.3, 1}};
  all.policy.rand_augment = 2;
  all.jitter = {.brightness = 0.2, .contrast = 0.2, .saturation = 0.2, .hue = 0.1};
  all.erase = {.cutout = 3, .random_erasing = 0.5};
  all.mix = {.mixup = 0.2, .cutmix = 1};
  const Fixture f(all);
  EXPECT_EQ(trained(f, 1), trained(f, 3, 2));
}

TEST(AugmentedExamples, AreNeverDrawnForEvaluation) {
  const Fixture f(kTutorial);
  Model model = sequential({.input_shape = {8, 8, 3}, .seed = 3}, Flatten(),
                           Dense({.units = 3, .activation = ActivationKind::softmax}));
  Trainer trainer(model);
  EXPECT_EQ(trainer.evaluate(f.augmented).probabilities, trainer.evaluate(f.examples).probabilities);
}

}  // namespace
}  // namespace fovea
