// The program that docs/from-keras.md quotes: what a Keras notebook does, cell by cell.
//
//   from_keras [WEIGHTS]
//
// A small net and one epoch, so that it ends in seconds. WEIGHTS is Keras's file of VGG16 without its top.
#include <cstdio>
#include <cstdlib>

#include "fovea/data/dataset.h"
#include "fovea/ensemble/ensemble_model.h"
#include "fovea/explain/explainer.h"
#include "fovea/io/any_file.h"
#include "fovea/io/model_file.h"
#include "fovea/layers/add.h"
#include "fovea/layers/conv2d.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/dropout.h"
#include "fovea/layers/flatten.h"
#include "fovea/layers/global_average_pooling2d.h"
#include "fovea/layers/max_pooling2d.h"
#include "fovea/model/freeze.h"
#include "fovea/model/functional.h"
#include "fovea/model/summary.h"
#include "fovea/model/transfer.h"
#include "fovea/report/metrics.h"
#include "fovea/train/data_examples.h"
#include "fovea/train/trainer.h"
#include "fovea/zoo/zoo.h"

using namespace fovea;

namespace {

// A model as a class.
class CustomCNN final : public CustomModel {
 public:
  SymbolicTensor call(const SymbolicTensor& pictures, bool training) const override {
    SymbolicTensor x = flatten_(conv_(pictures));
    if (training) x = dropout_(x);
    return dense_(x);
  }

 private:
  Conv2D conv_{{.filters = 8, .kernel_size = 3, .activation = ActivationKind::relu}};
  Flatten flatten_;
  Dropout dropout_{{.rate = 0.25}};
  Dense dense_{{.units = 10, .activation = ActivationKind::softmax}};
};

}  // namespace

int main(int argc, char** argv) try {
  // Load data: train, validation and test splits of pictures as bytes.
  const Dataset data = open_dataset("fashion-mnist", {.validation_split = 0.1});

  // Define.
  Model model = sequential({.name = "small", .input_shape = data.picture_shape(), .seed = 1},
                           Conv2D({.filters = 8, .kernel_size = 3, .activation = ActivationKind::relu}),
                           MaxPooling2D({.pool_size = 3}), Flatten(),
                           Dense({.units = data.classes, .activation = ActivationKind::softmax}));
  model.info.class_names = data.class_names;
  model.info.preprocessing = "unit";

  // Summary.
  std::printf("%s", summary_text(model).c_str());

  // Pictures as the model takes them.
  const PictureRules rules = {.shape = model.input_shape(), .preprocess = Preprocess::unit};
  const std::vector<int32_t> classes = match_classes(data, model);
  const DataExamples train(data.train, rules, classes, model.classes(), data.name);
  const DataExamples validation(data.validation, rules, classes, model.classes(), data.name);
  const DataExamples test(data.test, rules, classes, model.classes(), data.name);

  // Compile.
  Trainer trainer(model, {.optimizer = {.name = "adam", .learning_rate = 0.001},
                          .loss = Loss::sparse_categorical_crossentropy,
                          .seed = 1});

  // Fit.
  const History history =
      trainer.fit(train, {.epochs = 1, .batch_size = 64, .validation = &validation, .validation_batch_size = 64});
  std::printf("loss %.4f, val_accuracy %.4f\n", history.back().loss, history.back().val_accuracy.value_or(0));

  // Evaluate.
  const Evaluation result = trainer.evaluate(test, 64);
  std::printf("test loss %.4f, accuracy %.4f, top-5 %.4f\n", result.loss, result.accuracy, result.top5);

  // Predict: evaluate has the probabilities of every picture, row by row.
  const std::vector<int32_t> predicted = predicted_classes(result.probabilities, model.classes());
  std::printf("the first test picture: %s\n", data.class_name(predicted[0]).c_str());

  // Look inside: what a layer makes of a picture, and where the class was told from.
  std::vector<float> picture(static_cast<size_t>(model.input_shape().elements()));
  test.picture(0, picture.data());
  const explain::Map map = explain::grad_cam(model, picture, {.layer = "conv2d"});
  std::printf("a map of %ldx%ld cells\n", static_cast<long>(map.height), static_cast<long>(map.width));

  // Save, and load.
  const char* folder = std::getenv("TMPDIR");
  const std::string path = std::string(folder != nullptr ? folder : "/tmp") + "/from_keras.safetensors";
  save_model(model, path);
  const Model again = load_model(path);
  std::remove(path.c_str());

  // Transfer learning: a base that does not train, and a new head behind it.
  Model base = zoo::make("vgg16", {.picture_shape = {32, 32, 3}, .include_top = false});
  if (argc > 1) read_weights_file(base, argv[1]);
  Model transferred = transfer(base, {.head = "gap,dense:128,dropout:0.5", .classes = data.classes});
  freeze(transferred, "base", "VGG16");
  std::printf("%s", summary_text(transferred).c_str());

  // A model of any shape: two branches that are added.
  SymbolicTensor x = input({.shape = {32, 32, 3}});
  SymbolicTensor a = Conv2D({.filters = 16, .kernel_size = 3, .padding = Padding::same})(x);
  SymbolicTensor b = Conv2D({.filters = 16, .kernel_size = 1})(x);
  Model branched = functional(x, Dense({.units = 10, .activation = ActivationKind::softmax})(GlobalAveragePooling2D()(Add()(a, b))));
  std::printf("%s", summary_text(branched).c_str());

  // A model as a class.
  Model own = build(CustomCNN(), {.name = "custom_cnn", .input_shape = {32, 32, 3}});
  std::printf("%s", summary_text(own).c_str());

  // Ensembles: several models as one.
  Model together = ensemble::ensemble_model({{.model = &model, .name = "small"}, {.model = &again, .name = "again"}});
  const Evaluation of_both = Trainer(together).evaluate(test);
  std::printf("both together: accuracy %.4f\n", of_both.accuracy);

  return result.accuracy > 0.7 && of_both.accuracy > 0.7 && again.info.preprocessing == "unit" ? 0 : 1;
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return static_cast<int>(error.kind());
}
