// What callbacks, events, checkpoints and metrics cost: `basic` at batch 32, with all of them and with none, in turn.
//
//   fit_overhead [ROUNDS]      default: 7
//
// Prints the best pictures/s of both and their ratio; and, for machines too noisy to tell two speeds apart, the share of the
// time that was spent in callbacks and in metrics. Not in it: the progress line, which is drawn ten times a second.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "fovea/base/random.h"
#include "fovea/train/early_stopping.h"
#include "fovea/train/reduce_lr_on_plateau.h"
#include "fovea/train/run_recorder.h"
#include "fovea/train/terminate_on_nan.h"
#include "fovea/zoo/zoo.h"

namespace {

using namespace fovea;

constexpr int64_t kPictures = 12'800;

ArrayExamples noise() {
  Array array(DType::f32, {kPictures, 32, 32, 3});
  RandomStream random(0, purpose::kSample);
  for (float& value : array.values<float>()) value = random.unit();
  std::vector<int32_t> labels(static_cast<size_t>(kPictures));
  for (int32_t& label : labels) label = static_cast<int32_t>(random.below(10));
  return ArrayExamples(std::move(array), std::move(labels), 10);
}

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// The time from the first of two such callbacks to the second, which stand around those that are measured.
struct Stopwatch {
  double since = 0, seconds = 0;
};
class Edge final : public Callback {
 public:
  Edge(Stopwatch& watch, bool first) : watch_(watch), first_(first) {}
  void on_batch_begin(Trainer&, int, int64_t) override { pass(); }
  void on_batch_end(Trainer&, const BatchLogs&) override { pass(); }
  void on_epoch_begin(Trainer&, int) override { pass(); }
  void on_epoch_end(Trainer&, const EpochLogs&) override { pass(); }

 private:
  void pass() {
    if (first_) watch_.since = now();
    else watch_.seconds += now() - watch_.since;
  }
  Stopwatch& watch_;
  bool first_;
};

// Seconds that the metrics take for so many pictures.
double seconds_of_metrics(const std::vector<std::string>& names) {
  const Metrics metrics(names, 10, "metrics");
  std::vector<double> sums = metrics.sums();
  std::vector<float> outputs(10 * 1024);
  RandomStream random(1, purpose::kSample);
  for (float& output : outputs) output = random.unit();
  const double begin = now();
  for (int64_t i = 0; i < kPictures; ++i) metrics.add(sums, outputs.data() + i % 1024 * 10, i % 10);
  return now() - begin;
}

// Pictures a second of one epoch, the end of the epoch included.
double speed(Trainer& trainer, const Examples& examples, std::vector<Callback*> callbacks) {
  const double begin = now();
  trainer.fit(examples, {.callbacks = std::move(callbacks)});
  return static_cast<double>(kPictures) / (now() - begin);
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 7;
  const std::string folder = std::filesystem::temp_directory_path().string() + "/fovea-overhead-" + std::to_string(::getpid());
  std::filesystem::create_directories(folder);
  const ArrayExamples examples = noise();
  const std::vector<std::string> metrics = {"top_5", "precision", "recall", "f1", "auc"};
  Model plain_model = zoo::make("basic"), full_model = zoo::make("basic");
  Trainer plain(plain_model), full(full_model, {.metrics = metrics});
  EarlyStopping stop({.monitor = "loss", .patience = 1000, .restore_best_weights = true});
  ReduceLROnPlateau reduce({.monitor = "loss", .patience = 1000});
  TerminateOnNaN terminate;
  RunRecorder recorder({.folder = folder,
                        .best = {.monitor = "loss", .save_best_only = true},
                        .callbacks = {&stop, &reduce},
                        .tensorboard = true});
  Stopwatch watch;
  Edge first(watch, true), last(watch, false);
  double without = 0, with = 0, seconds = 0, in_metrics = 0;
  for (int round = 0; round <= rounds; ++round) {  // the first warms up
    const double a = speed(plain, examples, {});
    if (round == 1) watch.seconds = 0;
    const double b = speed(full, examples, {&first, &stop, &reduce, &terminate, &recorder, &last});
    if (round == 0) continue;
    without = std::max(without, a);
    with = std::max(with, b);
    seconds += static_cast<double>(kPictures) / b;
    in_metrics += seconds_of_metrics(metrics);
  }
  std::filesystem::remove_all(folder);
  std::printf("{\"without\": %.0f, \"with\": %.0f, \"ratio\": %.4f, \"share_of_callbacks\": %.5f, \"share_of_metrics\": %.5f}\n",
              without, with, with / without, watch.seconds / seconds, in_metrics / seconds);
}
