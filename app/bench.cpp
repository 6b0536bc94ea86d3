// fovea bench MODEL: pictures a second of training and prediction, as a share of what the cores can do, and the time of
// every step.
#include "fovea/train/benchmark.h"

#include "app/commands.h"
#include "app/console.h"
#include "app/data_argument.h"
#include "app/machine.h"
#include "app/model_argument.h"
#include "app/numbers.h"
#include "app/options.h"
#include "fovea/report/text.h"

namespace fovea::app {
namespace {

// Of the cores that the threads run on.
double share_of_peak(const Benchmark& result, const SpeedOfWork& work) {
  return work.pictures_per_second * work.flops / (result.peak_flops * std::min(result.threads, result.cores));
}

Json json_of(const Benchmark& result, const SpeedOfWork& work, int64_t batch) {
  Json steps = Json::array();
  for (const StepTime& step : work.steps)
    steps.push_back({{"layer", step.layer},
                     {"step", step.step},
                     {"kernel", step.implementation},
                     {"microseconds", step.seconds * 1e6 / static_cast<double>(batch)}});
  return {{"pictures_per_second", work.pictures_per_second},
          {"flops_per_picture", work.flops},
          {"share_of_peak", share_of_peak(result, work)},
          {"steps", steps}};
}

void print_speed(const Benchmark& result, const SpeedOfWork& work, const std::string& name) {
  print(fmt::format("{:<10}  {:>10} pictures/s  {:>7.1f} GFLOP/s  {:>4.0f} % of the peak\n", name,
                    grouped(static_cast<int64_t>(work.pictures_per_second)), work.pictures_per_second * work.flops / 1e9,
                    100 * share_of_peak(result, work)));
}

void print_steps(const SpeedOfWork& work, int64_t batch, const std::string& name) {
  double all = 0;
  for (const StepTime& step : work.steps) all += step.seconds;
  size_t layers = 5, steps = 4;
  for (const StepTime& step : work.steps) {
    layers = std::max(layers, count_characters(one_line(step.layer)));
    steps = std::max(steps, step.step.size());
  }
  print(fmt::format("\nA step of {} on one thread: microseconds a picture\n", name));
  print(fmt::format("{}  {}  {:>8}  {:>5}  kernel\n", left_aligned("layer", layers), left_aligned("step", steps), "time", "share"));
  for (const StepTime& step : work.steps)
    print(fmt::format("{}  {}  {:>8.2f}  {:>4.1f}%  {}\n", left_aligned(one_line(step.layer), layers),
                      left_aligned(step.step, steps), step.seconds * 1e6 / static_cast<double>(batch),
                      100 * step.seconds / all, step.implementation));
}

}  // namespace

int bench(const Arguments& arguments) {
  CommonOptions common;
  DataArguments data;
  data.data.clear();
  ModelArguments of_model;
  std::string winograd = "on";
  BenchmarkOptions options;
  OptionTable table("bench", "MODEL [OPTIONS]",
                    "Measures how fast a model trains and predicts here, on pictures of noise, and where the time goes.");
  add_model_argument(table, of_model);
  table.section("Measurement");
  table.add("--batch-size", options.batch_size, {.value = "N", .help = "pictures of a step", .least = 1, .most = 1 << 20});
  table.add("--seconds", options.seconds,
            {.value = "F", .help = "seconds of each measurement; the fastest fifth of a second counts", .least = 0.1, .most = 3600});
  table.add("--winograd", winograd,
            {.value = "on|off", .help = "3x3 and 5x5 convolutions by Winograd's algorithm where it saves", .choices = {"on", "off"}});
  table.add("--data", data.data, {.value = "DATA", .help = "sizes a model by name", .none = "pictures and classes as the model is made for"});
  table.add("--image-size", data.image_size, {.value = "H[,W]", .help = "pictures that a model by name is made for", .none = "the data's; pretrained families 224"});
  add_model_options(table, of_model);
  add_output_options(table, common);
  add_machine_options(table, common);
  if (!table.parse(arguments)) return 0;
  check(common);
  options.threads = common.threads;
  options.lanes = common.lanes;
  options.winograd = winograd == "on";

  const auto sizes = [&](const Model*) {
    settle_picture_size(of_model, data);
    return ModelSizes::of(data);
  };
  Model model = open_model(of_model, common.seed, sizes, common.console()).model;
  const Benchmark result = benchmark(model, options);
  if (common.json) {
    print_json({{"batch_size", options.batch_size},
                {"threads", result.threads},
                {"instruction_set", this_machine().instruction_set},
                {"peak_flops_per_core", result.peak_flops},
                {"training", json_of(result, result.training, options.batch_size)},
                {"prediction", json_of(result, result.prediction, options.batch_size)}});
    return 0;
  }
  print(fmt::format("batch {}, {} threads on {} cores, {}, peak of a core {:.1f} GFLOP/s\n", options.batch_size, result.threads,
                    result.cores, this_machine().instruction_set, result.peak_flops / 1e9));
  print_speed(result, result.training, "training");
  print_speed(result, result.prediction, "prediction");
  print("Operations are counted as direct convolutions do them; Winograd's algorithm does fewer, and may pass the peak.\n");
  print_steps(result.training, options.batch_size, "training");
  print_steps(result.prediction, options.batch_size, "prediction");
  return 0;
}

}  // namespace fovea::app
