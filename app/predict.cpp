// fovea predict MODEL FILE…: class probabilities of pictures.
#include <chrono>

#include "app/commands.h"
#include "app/console.h"
#include "app/given_pictures.h"
#include "app/model_argument.h"
#include "app/numbers.h"
#include "app/options.h"
#include "app/output_file.h"
#include "app/picture_rules.h"
#include "fovea/base/thread_pool.h"
#include "fovea/formats/npy.h"
#include "fovea/model/runner.h"
#include "fovea/model/span_feed.h"
#include "fovea/report/metrics.h"
#include "fovea/report/text.h"

namespace fovea::app {
namespace {

struct PredictArguments {
  ModelArguments model;
  GivenPictures pictures;
  int64_t batch = 32, top = 5;
  std::string labels, out;
};

struct Predictions {
  std::vector<int64_t> pictures;     // of the list, those that could be read
  std::vector<float> probabilities;  // (pictures, classes)
  std::vector<Error> failures;
  double seconds = 0;  // of the network alone

  double pictures_per_second() const { return seconds > 0 ? static_cast<double>(pictures.size()) / seconds : 0; }
};

void run_network(Model& model, const PictureList& list, int64_t batch, const CommonOptions& common,
                 Predictions& result) {
  using Clock = std::chrono::steady_clock;
  const int64_t elements = model.input_shape().elements(), classes = model.classes(), outputs = model.outputs();
  batch = std::min(batch, std::max<int64_t>(list.size(), 1));
  ThreadPool pool(common.thread_count());
  Runner runner(model, pool, {.batch = batch, .lanes = common.lanes});
  for (int64_t begin = 0; begin < list.size(); begin += batch) {
    const ReadPictures read = read_pictures(list, begin, std::min(batch, list.size() - begin), elements, pool, result.failures);
    const int64_t good = read.size();
    if (good == 0) continue;
    result.pictures.insert(result.pictures.end(), read.places.begin(), read.places.end());
    const SpanFeed feed(read.numbers, elements);
    runner.plan(good);
    const auto start = Clock::now();
    const Plan& plan = runner.compute(good, {.feed = &feed});
    result.seconds += std::chrono::duration<double>(Clock::now() - start).count();
    const size_t before = result.probabilities.size();
    result.probabilities.resize(before + static_cast<size_t>(good * classes));
    for (int64_t i = 0; i < good; ++i)
      model.class_probabilities(plan.output.data() + i * outputs, result.probabilities.data() + before + i * classes);
  }
}

void print_results(const Predictions& result, const PictureList& list, const std::vector<std::string>& names,
                   int64_t top, bool json) {
  const size_t classes = names.size();
  Json pictures = Json::array();
  for (size_t i = 0; i < result.pictures.size(); ++i) {
    const auto row = std::span(result.probabilities).subspan(i * classes, classes);
    const std::string& path = list.path(result.pictures[i]);
    Json best = Json::array();
    std::string line = one_line(valid_utf8(path));
    for (const int32_t index : top_classes(row, top)) {
      const float probability = row[static_cast<size_t>(index)];
      const std::string name = valid_utf8(names[static_cast<size_t>(index)]);
      if (json) {
        best.push_back({{"class", name}, {"index", index}, {"probability", probability}});
      } else {
        line += fmt::format("  {} {:.4f}", one_line(name), probability);
      }
    }
    if (json) {
      pictures.push_back({{"path", valid_utf8(path)}, {"top", std::move(best)}});
    } else {
      print(line + "\n");
    }
  }
  if (json) print_json({{"pictures", std::move(pictures)}, {"pictures_per_second", result.pictures_per_second()}});
}

void save_probabilities(const std::string& path, const Predictions& result, int64_t classes) {
  save_npy(path, NamedTensor{.dtype = DType::f32,
                             .shape = {static_cast<int64_t>(result.pictures.size()), classes},
                             .data = result.probabilities.data()});
}

}  // namespace

int predict(const Arguments& words) {
  CommonOptions common;
  PredictArguments arguments;
  OptionTable table("predict", "MODEL FILE… [OPTIONS]", "Gives the class probabilities of pictures, a line a picture.");
  add_model_argument(table, arguments.model);
  add_given_pictures(table, arguments.pictures);
  table.section("Prediction");
  table.add("--top", arguments.top, {.value = "N", .help = "classes a picture, the likeliest first", .least = 1});
  table.add("--labels", arguments.labels,
            {.value = "FILE", .help = "names of the classes, one a line", .none = "the model's"});
  table.add("-o,--output", arguments.out,
            {.value = "FILE.npy", .help = "also write all probabilities, (pictures, classes) float32"});
  table.add("--batch-size", arguments.batch, {.value = "N", .help = "pictures at a time", .least = 1, .most = 1 << 20});
  add_model_options(table, arguments.model);
  add_given_picture_options(table, arguments.pictures);
  add_output_options(table, common);
  add_machine_options(table, common);
  if (!table.parse(words)) return 0;
  check(common);
  if (!arguments.model.model.empty()) check(arguments.pictures);
  if (!arguments.out.empty()) check_output(arguments.out, ".npy", "--output");
  const Console console = common.console();

  OpenedModel opened = open_model(arguments.model, common.seed, [&](const Model*) { return sizes_of(arguments.pictures); }, console);
  Model& model = opened.model;
  warn_if_untrained(opened, arguments.model, common.seed, console);
  const std::vector<std::string> names = class_names(model, arguments.labels);
  Predictions result;
  const PictureList list = list_pictures(arguments.pictures, picture_rules(model, arguments.pictures.rules, console), result.failures);
  run_network(model, list, arguments.batch, common, result);

  tell_failures(result.failures, result.pictures.size());
  if (!arguments.out.empty()) save_probabilities(arguments.out, result, model.classes());
  print_results(result, list, names, arguments.top, common.json);
  console.detail("{} pictures, {} a second", grouped(static_cast<int64_t>(result.pictures.size())),
                 grouped(static_cast<int64_t>(result.pictures_per_second())));
  return count_failures(result.failures, result.pictures.size(), console);
}

}  // namespace fovea::app
