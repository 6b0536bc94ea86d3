// fovea predict MODEL FILE…: class probabilities of pictures.
#include <chrono>
#include <iostream>

#include "app/commands.h"
#include "app/console.h"
#include "app/data_argument.h"
#include "app/model_argument.h"
#include "app/numbers.h"
#include "app/options.h"
#include "app/output_file.h"
#include "app/picture_list.h"
#include "app/picture_rules.h"
#include "fovea/base/thread_pool.h"
#include "fovea/formats/npy.h"
#include "fovea/model/runner.h"
#include "fovea/report/metrics.h"
#include "fovea/report/text.h"

namespace fovea::app {
namespace {

struct PredictArguments {
  ModelArguments model;
  std::vector<std::string> files;
  PictureArguments pictures;
  int64_t batch = 32, top = 5;
  std::string labels, out, image_size;
};

// Pictures that lie in memory, one after the other.
class TableFeed final : public kernels::Feed {
 public:
  TableFeed(const float* pictures, int64_t elements) : pictures_(pictures), elements_(elements) {}
  void pictures(int64_t first, int64_t rows, float* dst) const override {
    std::copy_n(pictures_ + first * elements_, rows * elements_, dst);
  }

 private:
  const float* pictures_;
  int64_t elements_;
};

struct Predictions {
  std::vector<int64_t> pictures;     // of the list, those that could be read
  std::vector<float> probabilities;  // (pictures, classes)
  std::vector<Error> failures;
  double seconds = 0;  // of the network alone

  double pictures_per_second() const { return seconds > 0 ? static_cast<double>(pictures.size()) / seconds : 0; }
};

PictureList list_pictures(const PredictArguments& arguments, const PictureRules& rules, std::vector<Error>& failures) {
  PictureList list(rules);
  std::vector<std::string> names;
  for (const std::string& file : arguments.files) {
    if (file != "-") {
      names.push_back(file);
      continue;
    }
    for (std::string line; std::getline(std::cin, line);)
      if (!line.empty()) names.push_back(line);
  }
  for (const std::string& name : names) {
    try {
      if (name.empty()) throw usage_error("FILE", "is empty (got \"\", expected a picture, a folder or an array)");
      list.add(name);
    } catch (const Error& error) {
      if (names.size() == 1) throw;
      failures.push_back(error);
    }
  }
  return list;
}

void run_network(Model& model, const PictureList& list, int64_t batch, const CommonOptions& common,
                 Predictions& result) {
  using Clock = std::chrono::steady_clock;
  const int64_t elements = model.input_shape().elements(), classes = model.classes(), outputs = model.outputs();
  batch = std::min(batch, std::max<int64_t>(list.size(), 1));
  ThreadPool pool(common.thread_count());
  Runner runner(model, pool, {.batch = batch, .lanes = common.lanes});
  std::vector<float> pictures(static_cast<size_t>(batch * elements));
  std::vector<std::optional<Error>> errors(static_cast<size_t>(batch));
  for (int64_t begin = 0; begin < list.size(); begin += batch) {
    const int64_t rows = std::min(batch, list.size() - begin);
    pool.run(static_cast<int>(rows), [&](int i) {
      try {
        list.read(begin + i, pictures.data() + i * elements);
        errors[static_cast<size_t>(i)].reset();
      } catch (const Error& error) {
        errors[static_cast<size_t>(i)] = error;
      }
    });
    int64_t good = 0;
    for (int64_t i = 0; i < rows; ++i) {
      if (errors[static_cast<size_t>(i)]) {
        result.failures.push_back(*errors[static_cast<size_t>(i)]);
        continue;
      }
      if (good < i) std::copy_n(pictures.data() + i * elements, elements, pictures.data() + good * elements);
      result.pictures.push_back(begin + i);
      ++good;
    }
    if (good == 0) continue;
    const TableFeed feed(pictures.data(), elements);
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

// What a model that leaves its sizes open is given: --image-size, or the size of arrays.
ModelSizes sizes_of(const PredictArguments& arguments) {
  if (const auto size = parse_picture_size(arguments.image_size, "--image-size"))
    return {.picture_shape = Shape{size->height, size->width, 3}};
  for (const std::string& file : arguments.files)
    if (const auto shape = array_picture_shape(file)) return {.picture_shape = shape};
  return {};
}

std::vector<std::string> class_names(const Model& model, const std::string& labels) {
  std::vector<std::string> names = labels.empty() ? model.info.class_names : read_class_names(labels);
  if (names.empty())
    for (int64_t c = 0; c < model.classes(); ++c) names.push_back(std::to_string(c));
  if (static_cast<int64_t>(names.size()) != model.classes())
    throw file_error(labels, "not as many names as the model has classes (got {}, expected {})", names.size(),
                     model.classes());
  return names;
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
  table.positionals(
      "FILE", arguments.files,
      "files of pictures, folders of them, FILE.npy and FILE.npz (x, else x_test; FILE.npy:INDEX for one), "
      "DATA:SPLIT:INDEX as in fashion-mnist:test:0, - for a list on stdin");
  table.section("Prediction");
  table.add("--top", arguments.top, {.value = "N", .help = "classes a picture, the likeliest first", .least = 1});
  table.add("--labels", arguments.labels,
            {.value = "FILE", .help = "names of the classes, one a line", .none = "the model's"});
  table.add("-o,--output", arguments.out,
            {.value = "FILE.npy", .help = "also write all probabilities, (pictures, classes) float32"});
  table.add("--batch-size", arguments.batch, {.value = "N", .help = "pictures at a time", .least = 1, .most = 1 << 20});
  table.add("--image-size", arguments.image_size,
            {.value = "H[,W]", .help = "what a model takes that leaves its pictures' size open", .none = "224, of arrays their own"});
  add_model_options(table, arguments.model);
  add_picture_options(table, arguments.pictures);
  add_output_options(table, common);
  add_machine_options(table, common);
  if (!table.parse(words)) return 0;
  check(common);
  if (!arguments.model.model.empty() && arguments.files.empty())
    throw usage_error("FILE", "is missing (expected pictures, folders, arrays or DATA:SPLIT:INDEX)");
  if (!arguments.out.empty()) check_output(arguments.out, ".npy", "--output");
  const Console console = common.console();

  OpenedModel opened = open_model(arguments.model, common.seed, [&](const Model*) { return sizes_of(arguments); }, console);
  Model& model = opened.model;
  if (!opened.trained)
    console.note("{}: the weights are random, from seed {}: the model is untrained", arguments.model.model, common.seed);
  const std::vector<std::string> names = class_names(model, arguments.labels);
  Predictions result;
  const PictureList list = list_pictures(arguments, picture_rules(model, arguments.pictures, console), result.failures);
  run_network(model, list, arguments.batch, common, result);

  const bool only_one = list.size() + static_cast<int64_t>(arguments.files.size()) == 2;
  if (only_one && !result.failures.empty()) throw result.failures.front();
  for (const Error& failure : result.failures) print_error(failure);
  if (!arguments.out.empty()) save_probabilities(arguments.out, result, model.classes());
  print_results(result, list, names, arguments.top, common.json);
  console.detail("{} pictures, {} a second", grouped(static_cast<int64_t>(result.pictures.size())),
                 grouped(static_cast<int64_t>(result.pictures_per_second())));
  if (!result.failures.empty())
    console.note("{} of {} pictures were bad", result.failures.size(), result.failures.size() + result.pictures.size());
  return result.failures.empty() ? 0 : 1;
}

}  // namespace fovea::app
