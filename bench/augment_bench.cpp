// How fast training pictures are augmented: drawn, transformed and preprocessed, by the tutorial's keys or those given.
//
//   augment_bench [SIDE [THREADS [KEY=VALUE,…]]]
#include <time.h>

#include <iostream>
#include <string>
#include <thread>

#include "app/key_values.h"
#include "fovea/base/random.h"
#include "fovea/train/augmented_examples.h"

namespace {

using namespace fovea;

constexpr const char* kTutorial =
    "rotation_range=20,width_shift_range=0.2,height_shift_range=0.2,horizontal_flip=true,zoom_range=0.2,fill_mode="
    "nearest";

double clock_of(clockid_t which) {
  timespec time{};
  clock_gettime(which, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

Split noise(int64_t pictures, int64_t side) {
  Array array(DType::u8, {pictures, side, side, 3});
  RandomStream random(0, purpose::kSample);
  for (uint8_t& value : array.values<uint8_t>()) value = static_cast<uint8_t>(random.bits());
  return Split(std::make_shared<const Pictures>(std::move(array), std::vector<int32_t>(static_cast<size_t>(pictures))));
}

}  // namespace

int main(int count, char** words) {
  const int64_t side = count > 1 ? std::stoll(words[1]) : 224;
  const int threads = count > 2 ? std::stoi(words[2]) : 2;
  const std::string keys = count > 3 ? words[3] : kTutorial;
  const DataExamples examples(noise(64, side), {.shape = {side, side, 3}}, {0}, 2, "noise");
  const AugmentedExamples augmented(examples, app::key_values_as<AugmentOptions>(keys, "keys"));
  const int64_t each = 100'000'000 / (side * side);
  double busy = 0;
  std::vector<double> seconds(static_cast<size_t>(threads));
  const double begin = clock_of(CLOCK_MONOTONIC);
  std::vector<std::thread> workers;
  for (int t = 0; t < threads; ++t)
    workers.emplace_back([&, t] {
      std::vector<float> dst(static_cast<size_t>(side * side * 3));
      for (int64_t i = 0; i < each; ++i)
        augmented.drawn_picture(i % examples.size(), {.position = static_cast<uint64_t>(t * each + i)}, dst.data());
      seconds[static_cast<size_t>(t)] = clock_of(CLOCK_THREAD_CPUTIME_ID);
    });
  for (std::thread& worker : workers) worker.join();
  const double wall = clock_of(CLOCK_MONOTONIC) - begin;
  for (const double one : seconds) busy += one;
  const auto pictures = static_cast<double>(each * threads);
  std::cout << keys << "\n"
            << side << "x" << side << "x3 on " << threads << " threads: " << static_cast<int64_t>(pictures / wall)
            << " pictures/s, " << static_cast<int64_t>(pictures / busy) << " a second of a core's time" << std::endl;
}
