// A program of its own that links an installed fovea: trains a tiny net for a few steps and predicts with it.
//
//   cmake -S . -B build -DCMAKE_PREFIX_PATH=PREFIX && cmake --build build
//   c++ -std=c++20 consumer.cpp $(PKG_CONFIG_PATH=PREFIX/lib/pkgconfig pkg-config --cflags --libs fovea) -o consumer
#include <cstdio>

#include "fovea/layers/conv2d.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/flatten.h"
#include "fovea/model/predictor.h"
#include "fovea/train/trainer.h"

using namespace fovea;

// Pictures that are bright above or below, in turn.
ArrayExamples halves(int64_t count) {
  Array pictures(DType::f32, {count, 6, 6, 1});
  std::vector<int32_t> labels;
  float* pixel = pictures.values<float>().data();
  for (int64_t i = 0; i < count; ++i) {
    labels.push_back(static_cast<int32_t>(i % 2));
    for (int64_t p = 0; p < 36; ++p) *pixel++ = (p < 18) == (i % 2 == 0) ? 1.0f : 0.05f * static_cast<float>(i % 7);
  }
  return ArrayExamples(std::move(pictures), std::move(labels), 2);
}

int main() try {
  const auto relu = ActivationKind::relu, softmax = ActivationKind::softmax;
  Model model = sequential({.name = "tiny", .input_shape = {6, 6, 1}},
                           Conv2D({.filters = 4, .kernel_size = 3, .activation = relu}), Flatten(),
                           Dense({.units = 2, .activation = softmax}));
  const ArrayExamples examples = halves(32);
  Trainer trainer(model, {.optimizer = {.name = "adam", .learning_rate = 0.01}});
  const double before = trainer.train_on_batch(examples);
  for (int step = 0; step < 20; ++step) trainer.train_on_batch(examples);
  const double after = trainer.train_on_batch(examples);

  std::vector<float> picture(36);
  examples.picture(0, picture.data());
  const std::vector<float> probabilities = Predictor(model).predict(picture);
  std::printf("loss %.3f, then %.3f; the first picture is bright above with probability %.2f\n", before, after,
              static_cast<double>(probabilities[0]));
  return after < before && probabilities[0] > 0.5f ? 0 : 1;
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return static_cast<int>(error.kind());
}
