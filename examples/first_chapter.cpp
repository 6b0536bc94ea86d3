// The first chapter of the Keras tutorial on convolutional networks, in C++: a basic net, trained on pictures of clothes.
//
// A few thousand pictures and one epoch, so that it ends in seconds; the program (`fovea train basic`) takes them all.
#include <algorithm>
#include <cstdio>

#include "fovea/data/dataset.h"
#include "fovea/layers/conv2d.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/flatten.h"
#include "fovea/layers/max_pooling2d.h"
#include "fovea/model/summary.h"
#include "fovea/train/data_examples.h"
#include "fovea/train/trainer.h"

using namespace fovea;

int main() try {
  const Dataset data = open_dataset("fashion-mnist", {});

  const auto relu = ActivationKind::relu;
  Model model = sequential({.name = "basic", .input_shape = data.picture_shape()},
                           Conv2D({.filters = 32, .kernel_size = 3, .activation = relu}), MaxPooling2D(),
                           Conv2D({.filters = 64, .kernel_size = 3, .activation = relu}), MaxPooling2D(),
                           Conv2D({.filters = 64, .kernel_size = 3, .activation = relu}), Flatten(),
                           Dense({.units = 64, .activation = relu}),
                           Dense({.units = data.classes, .activation = ActivationKind::softmax}));
  std::printf("%s", summary_text(model).c_str());

  Trainer trainer(model, {.optimizer = {.name = "adam", .learning_rate = 0.001}});
  const PictureRules rules = {.shape = model.input_shape(), .preprocess = Preprocess::unit};
  const std::vector<int32_t> classes = match_classes(data, model);
  const DataExamples train(data.train.first(6000), rules, classes, data.classes, data.name);
  const DataExamples test(data.test.first(1000), rules, classes, data.classes, data.name);
  for (const EpochLogs& epoch : trainer.fit(train, {.epochs = 1, .batch_size = 32}))
    std::printf("epoch %d: loss %.4f, accuracy %.4f\n", epoch.epoch + 1, epoch.loss, epoch.accuracy);

  const Evaluation result = trainer.evaluate(test);
  std::printf("test: loss %.4f, accuracy %.4f\n", result.loss, result.accuracy);

  const float* row = result.probabilities.data();
  const auto best = std::max_element(row, row + data.classes) - row;
  std::printf("the first test picture is \"%s\" with probability %.2f\n", data.class_name(best).c_str(),
              static_cast<double>(row[best]));
  return result.accuracy > 0.6 ? 0 : 1;
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return static_cast<int>(error.kind());
}
