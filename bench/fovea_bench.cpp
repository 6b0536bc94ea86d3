// fovea as a peer that is asked for one measurement at a time: the same protocol as bench/peers/keras_peer.py.
//
// Reads lines "train|predict NET BATCH PICTURES" and answers each with one line of JSON.
#include <chrono>
#include <iostream>
#include <map>
#include <sstream>

#include "fovea/base/random.h"
#include "fovea/train/trainer.h"
#include "fovea/zoo/zoo.h"

namespace {

using namespace fovea;

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// As many noisy float pictures as asked for, held in memory as the peer holds its own.
ArrayExamples noise(int64_t pictures) {
  Array array(DType::f32, {pictures, 32, 32, 3});
  RandomStream random(0, purpose::kSample);
  for (float& value : array.values<float>()) value = random.unit();
  std::vector<int32_t> labels(static_cast<size_t>(pictures));
  for (int32_t& label : labels) label = static_cast<int32_t>(random.below(10));
  return ArrayExamples(std::move(array), std::move(labels), 10);
}

struct Net {
  Model model;
  Trainer trainer;
  explicit Net(const std::string& name) : model(zoo::make(name)), trainer(model) {}
};

double measure(const std::string& work, Net& net, int64_t batch, int64_t pictures) {
  const ArrayExamples warm = noise(2 * batch), examples = noise(pictures);
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
