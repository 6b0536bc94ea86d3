#include "app/run_files.h"

#include <cmath>

#include "app/machine.h"
#include "app/version.h"
#include "fovea/base/file.h"
#include "fovea/report/history_plot.h"
#include "fovea/train/history.h"

namespace fovea::app {

std::string environment_json(const TrainArguments& arguments, const Dataset& dataset, int lanes) {
  const Machine machine = this_machine();
  Json libraries = Json::object();
  for (const LibraryVersion& library : library_versions()) libraries[library.name] = library.version;
  const Json json = {{"version", kVersion},
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
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void write_history_plot(const std::string& folder, const std::string& title, const History& history) {
  HistoryPlot plot = {.title = title, .best_epoch = best_epoch(history)};
  if (!history.empty()) plot.first_epoch = history.front().epoch + 1;
  for (const EpochLogs& logs : history) {
    plot.loss.push_back(logs.loss);
    plot.accuracy.push_back(logs.accuracy);
    plot.val_loss.push_back(logs.val_loss.value_or(NAN));
    plot.val_accuracy.push_back(logs.val_accuracy.value_or(NAN));
  }
  write_file_atomically(folder + "/history.svg", history_svg(plot));
}

void write_test_result(const std::string& folder, const TestResult& result) {
  write_file_atomically(folder + "/confusion_matrix.csv", confusion_matrix_csv(result.confusion));
  write_file_atomically(folder + "/confusion_matrix.svg", confusion_matrix_svg(result.confusion));
  write_file_atomically(folder + "/report.txt", result.report.text());
}

}  // namespace fovea::app
