// The Keras tutorial on convolutional networks, from top to bottom, in C++: a function a chapter.
//
//   tutorial [--quick] [DATA [FOLDER]]
//
// DATA is what `--data` of the program takes (default: cifar10:DIR where CIFAR10_DIR names a folder, else fashion-mnist),
// FOLDER is where pictures go (default: tutorial). --quick trains on a thousand pictures, an epoch each.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fovea/base/file.h"
#include "fovea/data/dataset.h"
#include "fovea/ensemble/ensemble_model.h"
#include "fovea/explain/explainer.h"
#include "fovea/explain/feature_maps.h"
#include "fovea/explain/layer_choice.h"
#include "fovea/formats/png.h"
#include "fovea/layers/batch_normalization.h"
#include "fovea/layers/conv2d.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/dropout.h"
#include "fovea/layers/flatten.h"
#include "fovea/layers/max_pooling2d.h"
#include "fovea/model/freeze.h"
#include "fovea/model/front.h"
#include "fovea/model/functional.h"
#include "fovea/model/summary.h"
#include "fovea/model/transfer.h"
#include "fovea/report/classification_report.h"
#include "fovea/report/colour_map.h"
#include "fovea/report/metrics.h"
#include "fovea/train/augmented_examples.h"
#include "fovea/train/data_examples.h"
#include "fovea/train/early_stopping.h"
#include "fovea/train/feature_examples.h"
#include "fovea/train/reduce_lr_on_plateau.h"
#include "fovea/train/trainer.h"
#include "fovea/tune/oracle.h"
#include "fovea/zoo/zoo.h"

using namespace fovea;

namespace {

constexpr auto kRelu = ActivationKind::relu, kSoftmax = ActivationKind::softmax;

// What all chapters work on: the pictures, as models of their size take them (bytes become 0 … 1), and how long they train.
struct Tutorial {
  Dataset data;
  Shape shape = data.picture_shape();
  std::vector<int32_t> classes = in_order(data.classes);
  DataExamples train = examples(data.train), validation = examples(data.validation), test = examples(data.test);
  int epochs = 1;         // of a usual training
  std::string folder;     // where pictures go

  static std::vector<int32_t> in_order(int64_t count) {
    std::vector<int32_t> classes;
    for (int32_t i = 0; i < count; ++i) classes.push_back(i);
    return classes;
  }
  // For nets of another size, they are brought to it.
  DataExamples examples(const Split& split, Preprocess preprocess = Preprocess::unit, Shape size = {}) const {
    return DataExamples(split, {.shape = size.rank() == 0 ? shape : size, .preprocess = preprocess}, classes, data.classes, data.name);
  }
};

void chapter(const char* title) { std::printf("\n%s\n\n", title); }

zoo::Options sized(const Tutorial& p, uint64_t seed = 0) { return {.picture_shape = p.shape, .classes = p.data.classes, .seed = seed}; }

// Compiles and fits, and says what became of it.
Evaluation train(Model& model, const Examples& pictures, const Tutorial& p, const FitOptions& more = {}) {
  Trainer trainer(model, {.optimizer = {.name = "adam"}});
  FitOptions options = more;
  if (options.validation == nullptr) options.validation = &p.validation;
  if (more.epochs == 1) options.epochs = p.epochs;
  const History history = trainer.fit(pictures, options);
  Evaluation test = trainer.evaluate(p.test);
  std::printf("%-16s %2zu epochs  accuracy %.4f  val_accuracy %.4f  test %.4f\n", model.name().c_str(), history.size(), history.back().accuracy,
              history.back().val_accuracy.value_or(0), test.accuracy);
  return test;
}

Model basic(const Tutorial& p) {
  chapter("1. A basic convolutional network");
  Model model = sequential({.name = "basic", .input_shape = p.shape}, Conv2D({.filters = 32, .kernel_size = 3, .activation = kRelu}), MaxPooling2D(),
                           Conv2D({.filters = 64, .kernel_size = 3, .activation = kRelu}), MaxPooling2D(),
                           Conv2D({.filters = 64, .kernel_size = 3, .activation = kRelu}), Flatten(), Dense({.units = 64, .activation = kRelu}),
                           Dense({.units = p.data.classes, .activation = kSoftmax}));
  std::printf("%s", summary_table(model).c_str());
  train(model, p.train, p);
  return model;
}

void pooling(const Tutorial& p) {
  chapter("2. Pooling variants");
  for (const char* name : {"max_pool", "avg_pool", "global_avg_pool"}) {
    Model model = zoo::make(name, sized(p));
    train(model, p.train, p);
  }
}

Model advanced(const Tutorial& p) {
  chapter("3. Batch normalisation and dropout");
  Model model = zoo::make("advanced", sized(p));
  train(model, p.train, p);
  return model;
}

void augmentation(const Tutorial& p) {
  chapter("4. Augmentation");
  AugmentOptions options;
  options.transform.rotation_range = 20;
  options.transform.width_shift_range.most = options.transform.height_shift_range.most = 0.2;
  options.transform.zoom_range = {0.8, 1.2};
  options.transform.horizontal_flip = true;
  const AugmentedExamples augmented(p.train, options);
  Model model = zoo::make("basic", sized(p));
  train(model, augmented, p);
}

// A base that does not train, and a head behind it: what the base makes of the pictures is computed once.
void transfer_learning(const Tutorial& p) {
  chapter("5. Transfer learning");
  for (const char* name : {"vgg16", "resnet50"}) {
    const Model base = zoo::make(name, {.picture_shape = {32, 32, 3}, .include_top = false});  // Keras's weights: read_weights_file of io/any_file.h
    Model model = transfer(base, {.head = "gap,dense:128,dropout:0.5", .classes = p.data.classes});
    freeze(model, "base", name);
    const DataExamples pictures = p.examples(p.data.train, Preprocess::caffe, {32, 32, 3}), test = p.examples(p.data.test, Preprocess::caffe, {32, 32, 3});
    Trainer trainer(model);
    const int front = frozen_front(model.graph());
    const FeatureExamples features(pictures, model, front, trainer.pool(), {}), of_test(test, model, front, trainer.pool(), {});
    trainer.fit(features, {.epochs = p.epochs});
    std::printf("%-16s frozen, a new head: test %.4f\n", name, trainer.evaluate(of_test).accuracy);
  }
}

class CustomCNN final : public CustomModel {
 public:
  explicit CustomCNN(int64_t classes) : out_({.units = classes, .activation = kSoftmax}) {}
  SymbolicTensor call(const SymbolicTensor& pictures, bool training) const override {
    SymbolicTensor x = flatten_(pool_(norm_(conv_(pictures))));
    if (training) x = dropout_(x);
    return out_(x);
  }

 private:
  Conv2D conv_{{.filters = 32, .kernel_size = 3, .activation = kRelu}};
  BatchNormalization norm_;
  MaxPooling2D pool_;
  Flatten flatten_;
  Dropout dropout_{{.rate = 0.5}};
  Dense out_;
};

void own_architecture(const Tutorial& p) {
  chapter("6. A model as a class");
  Model model = build(CustomCNN(p.data.classes), {.name = "custom_cnn", .input_shape = p.shape});
  train(model, p.train, p);
}

void callbacks_and_report(const Tutorial& p) {
  chapter("7. Callbacks, and the report");
  EarlyStopping early({.patience = 5, .restore_best_weights = true});
  ReduceLROnPlateau reduce({.factor = 0.5, .patience = 3});
  Model model = zoo::make("advanced", sized(p, 1));
  const Evaluation test = train(model, p.train, p, {.epochs = 2 * p.epochs, .callbacks = {&early, &reduce}});
  ConfusionMatrix matrix(static_cast<int>(p.data.classes), p.data.class_names);
  matrix.add(test.labels, predicted_classes(test.probabilities, p.data.classes));
  std::printf("%s\n%s", confusion_matrix_text(matrix).c_str(), classification_report(matrix).text().c_str());
  write_file_atomically(p.folder + "/confusion_matrix.svg", confusion_matrix_svg(matrix));
}

// The first test picture, as bytes are shown and as the model takes it.
void look_inside(Model& model, const Tutorial& p) {
  chapter("8. Feature maps, and Grad-CAM");
  std::vector<float> picture(static_cast<size_t>(p.shape.elements()));
  p.test.picture(0, picture.data());
  ThreadPool pool(available_cores());
  const int first = explain::spatial_layer(model.graph(), "conv2d", "conv2d");
  const explain::LayerMaps maps = explain::feature_maps(model, pool, picture, {first}).front();
  std::printf("conv2d makes maps of %s\n", to_string(maps.shape).c_str());

  const explain::Map heat = explain::normalised(explain::grad_cam(model, picture));
  const explain::Map large = explain::resized(heat, p.shape[0], p.shape[1]);
  const Image shown = ColourMap::of("jet", "colours").picture(large.values, large.width);
  save_png(p.folder + "/grad-cam.png", shown);
  std::printf("where the class was told from: %s/grad-cam.png\n", p.folder.c_str());
}

// What of a search's values a net is made of.
Model searched_model(const tune::Values& values, const Tutorial& p) {
  return sequential({.name = "searched", .input_shape = p.shape, .seed = 1},
                    Conv2D({.filters = values["filters"].get<int64_t>(), .kernel_size = values["kernel"].get<int64_t>(), .activation = kRelu}), MaxPooling2D(),
                    Flatten(), Dropout({.rate = values["dropout"].get<float>()}), Dense({.units = p.data.classes, .activation = kSoftmax}));
}

void search(const Tutorial& p, int max_epochs) {
  chapter("9. Hyperband");
  tune::Space space;
  space.integer("filters", 8, 32, {.step = 8}).choice("kernel", {3, 5}).real("dropout", 0.2, 0.5, {.step = 0.1});
  space.real("learning_rate", 1e-4, 1e-2, {.sampling = tune::Sampling::log});
  struct Trial {
    Model model;
    Trainer trainer;
    Trial(Model made, double rate) : model(std::move(made)), trainer(model, {.optimizer = {.name = "adam", .learning_rate = rate}}) {}
  };
  std::map<int64_t, std::unique_ptr<Trial>> trials;  // a promoted one goes on where it stands
  const std::unique_ptr<tune::Oracle> oracle = tune::Oracle::make({.algorithm = "hyperband", .max_epochs = max_epochs, .seed = 1, .space = space});
  double best = 0;
  std::string best_values;
  for (tune::Decision next = oracle->next(); next.what == tune::Next::run; next = oracle->next()) {
    oracle->begin(next.work);
    std::unique_ptr<Trial>& trial = trials[next.work.trial];
    if (!trial) trial = std::make_unique<Trial>(searched_model(next.work.values, p), next.work.values["learning_rate"].get<double>());
    const History history = trial->trainer.fit(p.train, {.epochs = next.work.epochs, .initial_epoch = next.work.initial_epoch, .batch_size = 64, .steps_per_epoch = 50,
                                                         .validation = &p.validation});
    const double accuracy = history.back().val_accuracy.value_or(0);
    oracle->report({.trial = next.work.trial, .rung = next.work.rung, .merit = accuracy});
    if (accuracy > best) best = accuracy, best_values = next.work.values.dump();
  }
  std::printf("%zu trials; the best: %s, val_accuracy %.4f\n", trials.size(), best_values.c_str(), best);
}

void ensemble_of_three(const Tutorial& p) {
  chapter("10. An ensemble of three");
  std::vector<std::unique_ptr<Model>> models;
  std::vector<ensemble::Member> members;
  for (const char* name : {"ensemble_1", "ensemble_2", "ensemble_3"}) {
    models.push_back(std::make_unique<Model>(zoo::make(name, sized(p))));
    train(*models.back(), p.train, p);
    members.push_back({models.back().get(), name});
  }
  Model together = ensemble::ensemble_model(members);
  std::printf("the mean of their probabilities: test %.4f\n", Trainer(together).evaluate(p.test).accuracy);
}

std::string usual_data() {
  const char* folder = std::getenv("CIFAR10_DIR");
  return folder == nullptr ? "fashion-mnist" : std::string("cifar10:") + folder;
}

}  // namespace

int main(int argc, char** argv) try {
  std::vector<std::string> words(argv + 1, argv + argc);
  const bool quick = !words.empty() && words.front() == "--quick";
  if (quick) words.erase(words.begin());
  const std::string name = words.empty() ? usual_data() : words[0], folder = words.size() < 2 ? "tutorial" : words[1];
  std::filesystem::create_directories(folder);
  Dataset data = open_dataset(name, {.validation_split = 0.1});
  if (quick) data.train = data.train.first(1000), data.validation = data.validation.first(200), data.test = data.test.first(200);
  const Tutorial pictures = {.data = std::move(data), .epochs = quick ? 1 : 10, .folder = folder};

  basic(pictures);
  pooling(pictures);
  Model model = advanced(pictures);
  augmentation(pictures);
  transfer_learning(pictures);
  own_architecture(pictures);
  callbacks_and_report(pictures);
  look_inside(model, pictures);
  search(pictures, quick ? 3 : 20);
  ensemble_of_three(pictures);
  return EXIT_SUCCESS;
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return static_cast<int>(error.kind());
}
