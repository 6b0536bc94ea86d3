#include "app/run_files.h"

#include <cmath>

#include "app/machine.h"
#include "app/version.h"
#include "fovea/base/fields.h"
#include "fovea/base/file.h"
#include "fovea/report/history_plot.h"
#include "fovea/train/history.h"

namespace fovea::app {

namespace {

Json environment(const TrainArguments& arguments, const Dataset& dataset, int lanes) {
  const Machine machine = this_machine();
  Json libraries = Json::object();
  for (const LibraryVersion& library : library_versions()) libraries[library.name] = library.version;
  return {{"version", kVersion},
          {"processor", machine.processor},
          {"instruction_set", machine.instruction_set},
          {"cores", machine.cores},
          {"threads", arguments.common.thread_count()},
          {"lanes", lanes},
          {"precision", arguments.common.precision},
          {"seed", arguments.common.seed},
          {"data", arguments.data.data},
          {"data_hash", dataset.hash},
          {"libraries", libraries}};
}

}  // namespace

std::string environment_json(const TrainArguments& arguments, const Dataset& dataset, int lanes) {
  return environment(arguments, dataset, lanes).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::vector<std::string> environment_differences(const std::string& run, const TrainArguments& arguments, const Dataset& dataset,
                                                 int lanes) {
  const std::string path = run + "/environment.json";
  const Json before = parse_json(read_file(path), path), now = environment(arguments, dataset, lanes);
  std::vector<std::string> differences;
  for (const char* key : {"version", "instruction_set", "lanes", "data_hash", "libraries"})
    if (before.value(key, Json()) != now.at(key))
      differences.push_back(fmt::format("{} (now {}, before {})", key, shown(now.at(key)), shown(before.value(key, Json()))));
  return differences;
}

void write_history_plot(const std::string& folder, const std::string& title, const History& history, int best_epoch) {
  HistoryPlot plot = {.title = title, .best_epoch = best_epoch};
  if (!history.empty()) plot.first_epoch = history.front().epoch + 1;
  std::vector<std::pair<std::string, std::string>> figures = {{"Loss", "loss"}, {"Accuracy", "accuracy"}};
  if (!history.empty())
    for (const auto& [name, value] : history.front().metrics) figures.emplace_back(name, name);
  figures.emplace_back("Learning rate", "learning_rate");
  const auto curve = [&](const std::string& name) {
    std::vector<double> values;
    for (const EpochLogs& logs : history) values.push_back(find_figure(logs, name).value_or(NAN));
    return values;
  };
  for (const auto& [heading, name] : figures)
    plot.panels.push_back({.title = heading,
                           .name = name,
                           .train = curve(name),
                           .validation = curve("val_" + name),
                           .exact = curve("exact_" + name),
                           .most = name == "loss" || name == "learning_rate" ? INFINITY : 1.0,
                           .decades = name == "learning_rate"});
  write_file_atomically(folder + "/history.svg", history_svg(plot));
}

void write_test_result(const std::string& folder, const TestResult& result) {
  write_file_atomically(folder + "/confusion_matrix.csv", confusion_matrix_csv(result.confusion));
  write_file_atomically(folder + "/confusion_matrix.svg", confusion_matrix_svg(result.confusion));
  write_file_atomically(folder + "/report.txt", result.report.text());
}

}  // namespace fovea::app
