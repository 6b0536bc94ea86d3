// fovea as a peer that is asked for one measurement at a time: the same protocol as bench/peers/keras_peer.py.
//
// Reads lines "train|augment|predict NET BATCH PICTURES" and answers each with one line of JSON; augment is training with
// the Keras tutorial's augmentation.
#include <chrono>
#include <iostream>
#include <map>
#include <sstream>

#include "app/key_values.h"
#include "fovea/base/random.h"
#include "fovea/model/transfer.h"
#include "fovea/train/augmented_examples.h"
#include "fovea/train/trainer.h"
#include "fovea/zoo/zoo.h"

namespace {

using namespace fovea;

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// As many noisy float pictures as asked for, held in memory as the peer holds its own.
ArrayExamples noise(int64_t pictures, const Shape& shape, int64_t classes) {
  Array array(DType::f32, {pictures, shape[0], shape[1], shape[2]});
  RandomStream random(0, purpose::kSample);
  for (float& value : array.values<float>()) value = random.unit();
  std::vector<int32_t> labels(static_cast<size_t>(pictures));
  for (int32_t& label : labels) label = static_cast<int32_t>(random.below(static_cast<uint32_t>(classes)));
  return ArrayExamples(std::move(array), std::move(labels), classes);
}

// The same as bytes, augmented as they are drawn.
struct AugmentedNoise {
  explicit AugmentedNoise(int64_t pictures) : examples(split(pictures), {.shape = {32, 32, 3}}, classes(), 10, "noise"), augmented(examples, tutorial()) {}

  static Split split(int64_t pictures) {
    Array array(DType::u8, {pictures, 32, 32, 3});
    RandomStream random(0, purpose::kSample);
    for (uint8_t& value : array.values<uint8_t>()) value = static_cast<uint8_t>(random.bits());
    std::vector<int32_t> labels(static_cast<size_t>(pictures));
    for (int32_t& label : labels) label = static_cast<int32_t>(random.below(10));
    return Split(std::make_shared<const Pictures>(std::move(array), std::move(labels)));
  }
  static std::vector<int32_t> classes() { return {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}; }
  static AugmentOptions tutorial() {
    return app::key_values_as<AugmentOptions>(
        "rotation_range=20,width_shift_range=0.2,height_shift_range=0.2,horizontal_flip=true,zoom_range=0.2,fill_mode=nearest", "keys");
  }

  DataExamples examples;
  AugmentedExamples augmented;
};

struct Net {
  Model model;
  Trainer trainer;
  explicit Net(const std::string& name) : model(make(name)), trainer(model) {}

  // "mobilenet_v2_0.35_224" is a family with its top, for pictures of that size; other families are for 32x32, with the mean
  // of their maps and ten classes behind them.
  static Model make(const std::string& name) {
    const std::string with_top = "_224";
    if (name.ends_with(with_top)) return zoo::make(name.substr(0, name.size() - with_top.size()));
    if (!zoo::entry(name).family) return zoo::make(name);
    return transfer(zoo::make(name, {.picture_shape = {32, 32, 3}, .include_top = false}), {.head = "gap", .classes = 10});
  }
};

double measure(const std::string& work, Net& net, int64_t batch, int64_t pictures) {
  if (work == "augment") {
    const AugmentedNoise warm(2 * batch), examples(pictures);
    net.trainer.fit(warm.augmented, {.batch_size = batch});
    const double begin = now();
    net.trainer.fit(examples.augmented, {.batch_size = batch});
    return static_cast<double>(pictures) / (now() - begin);
  }
  const Shape& shape = net.model.input_shape();
  const ArrayExamples warm = noise(2 * batch, shape, net.model.classes()), examples = noise(pictures, shape, net.model.classes());
  const auto run = [&](const Examples& some) {
    if (work == "train") net.trainer.fit(some, {.batch_size = batch});
    else net.trainer.evaluate(some, batch);
  };
  run(warm);
  const double begin = now();
  run(examples);
  return static_cast<double>(pictures) / (now() - begin);
}

}  // namespace

int main() {
  std::map<std::string, Net> nets;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string work, name;
    int64_t batch = 0, pictures = 0;
    if (!(words >> work >> name >> batch >> pictures)) return 2;
    Net& net = nets.try_emplace(name, name).first->second;
    std::cout << "{\"pictures_per_second\": " << measure(work, net, batch, pictures) << "}" << std::endl;
  }
}
