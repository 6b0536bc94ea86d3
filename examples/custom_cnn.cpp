// A net as a class, as Keras's subclassed models are: layers are members, `call` says what is done with them, and may do
// another thing in training. It trains for an epoch and is saved as a file that Keras opens.
//
//   custom_cnn [DATA [FILE.keras]]
#include <cstdio>
#include <cstdlib>

#include "fovea/data/dataset.h"
#include "fovea/io/any_file.h"
#include "fovea/layers/batch_normalization.h"
#include "fovea/layers/conv2d.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/dropout.h"
#include "fovea/layers/flatten.h"
#include "fovea/layers/max_pooling2d.h"
#include "fovea/model/functional.h"
#include "fovea/model/summary.h"
#include "fovea/train/data_examples.h"
#include "fovea/train/trainer.h"

using namespace fovea;

namespace {

Conv2D conv(int64_t filters) {
  return Conv2D({.filters = filters, .kernel_size = 3, .activation = ActivationKind::relu});
}

class CustomCNN final : public CustomModel {
 public:
  explicit CustomCNN(int64_t classes) : dense2_({.units = classes, .activation = ActivationKind::softmax}) {}

  SymbolicTensor call(const SymbolicTensor& pictures, bool training) const override {
    SymbolicTensor x = pool1_(conv2_(bn1_(conv1_(pictures))));
    if (training) x = dropout1_(x);
    x = pool2_(conv4_(bn2_(conv3_(x))));
    if (training) x = dropout2_(x);
    x = bn3_(conv5_(x));
    if (training) x = dropout3_(x);
    x = bn4_(dense1_(flatten_(x)));
    if (training) x = dropout4_(x);
    return dense2_(x);
  }

 private:
  Conv2D conv1_ = conv(32), conv2_ = conv(32), conv3_ = conv(64), conv4_ = conv(64), conv5_ = conv(128);
  BatchNormalization bn1_, bn2_, bn3_, bn4_;
  MaxPooling2D pool1_, pool2_;
  Dropout dropout1_{{.rate = 0.25}}, dropout2_{{.rate = 0.25}}, dropout3_{{.rate = 0.25}}, dropout4_{{.rate = 0.5}};
  Flatten flatten_;
  Dense dense1_{{.units = 512, .activation = ActivationKind::relu}}, dense2_;
};

}  // namespace

int main(int argc, char** argv) try {
  const Dataset data = open_dataset(argc > 1 ? argv[1] : "fashion-mnist", {.validation_split = 0.7});  // three tenths train
  Model model = build(CustomCNN(data.classes), {.name = "custom_cnn", .input_shape = data.picture_shape(), .seed = 1});
  model.info.class_names = data.class_names;
  model.info.preprocessing = "unit";
  std::printf("%s", summary_table(model).c_str());

  const PictureRules rules = {.shape = model.input_shape()};
  const std::vector<int32_t> classes = match_classes(data, model);
  const DataExamples train(data.train, rules, classes, model.classes(), data.name);
  const DataExamples test(data.test, rules, classes, model.classes(), data.name);
  Trainer trainer(model, {.seed = 1});
  trainer.fit(train, {.epochs = 1});
  const Evaluation result = trainer.evaluate(test);
  std::printf("test accuracy %.4f\n", result.accuracy);
  if (argc > 2) {
    write_model_file(model, argv[2]);
    std::printf("saved: %s\n", argv[2]);
  }
  return result.accuracy > 1.5 / static_cast<double>(model.classes()) ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return static_cast<int>(error.kind());
}
