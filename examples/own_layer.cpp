// A layer of one's own in a net that comes as JSON: registered, read, trained.
#include <cmath>
#include <cstdio>

#include "channel_scale.h"
#include "fovea/io/architecture.h"
#include "fovea/layers/registry.h"
#include "fovea/train/trainer.h"

using namespace fovea;

constexpr const char* kNet = R"({
  "name": "scaled", "input_shape": [8, 8, 1],
  "layers": [{"Conv2D": {"filters": 6, "kernel_size": 3, "activation": "relu"}},
             {"ChannelScale": {"initializer": {"class_name": "Constant", "config": {"value": 0.5}}}},
             {"GlobalAveragePooling2D": {}},
             {"Dense": {"units": 2, "activation": "softmax"}}]})";

// Stripes that lie or stand, at places that differ from picture to picture.
ArrayExamples stripes(int64_t count) {
  Array pictures(DType::f32, {count, 8, 8, 1});
  std::vector<int32_t> labels;
  float* pixel = pictures.values<float>().data();
  for (int64_t i = 0; i < count; ++i) {
    labels.push_back(static_cast<int32_t>(i % 2));
    for (int64_t row = 0; row < 8; ++row)
      for (int64_t column = 0; column < 8; ++column)
        *pixel++ = std::sin(static_cast<float>(i) * 0.7f + 2 * static_cast<float>(i % 2 == 0 ? row : column));
  }
  return ArrayExamples(std::move(pictures), std::move(labels), 2);
}

int main() try {
  register_layer<ChannelScale>();
  Model model(read_architecture(parse_json(kNet, "net"), "net"));

  Trainer trainer(model, {.optimizer = {.name = "adam", .learning_rate = 0.02}});
  trainer.fit(stripes(512), {.epochs = 12, .batch_size = 32});
  const Evaluation result = trainer.evaluate(stripes(100));
  const Array factors = model.parameters().get(model.parameters().find("channel_scale/factors"));
  std::printf("accuracy %.2f, factors", result.accuracy);
  for (float factor : factors.values<float>()) std::printf(" %.3f", static_cast<double>(factor));
  std::printf("\n");
  return result.accuracy > 0.95 && factors.values<float>()[0] != 0.5f ? 0 : 1;
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return static_cast<int>(error.kind());
}
