#include "app/training_result.h"

#include <algorithm>

#include "app/console.h"
#include "app/numbers.h"
#include "app/progress.h"
#include "fovea/train/gap.h"

namespace fovea::app {
namespace {

// Pictures a second in the fastest epoch; 0 where the first was not run to its end.
double speed_of(const History& history) {
  double speed = 0;
  for (const EpochLogs& logs : history) speed = std::max(speed, logs.pictures_per_second);
  return speed;
}

Json json_of(const TrainingResult& result) {
  const double speed = speed_of(result.history);
  Json json = {{"run", result.folder},
               {"epochs", Json::array()},
               {"best_epoch", result.best > 0 ? Json(result.best) : Json()},
               {"seconds", result.seconds},
               {"pictures_per_second", speed > 0 ? Json(speed) : Json()}};
  for (const EpochLogs& logs : result.history) json["epochs"].push_back(epoch_json(logs));
  if (!result.page.empty()) json["report"] = result.page;
  return json;
}

void print_text(const TrainingResult& result) {
  for (const EpochLogs& logs : result.history)
    if (logs.epoch + 1 == result.best) print(fmt::format("best       epoch {}: {}\n", result.best, figures(logs)));
  if (const std::string gap = gap_in_words(result.history); !gap.empty()) print(fmt::format("gap        {}\n", gap));
  if (const auto& tested = result.tested)
    print(fmt::format("{:11}loss {}  accuracy {}  top-5 {}\n", to_string(tested->split), figure(tested->result.loss),
                      figure(tested->result.accuracy), figure(tested->result.top5)));
  if (const double speed = speed_of(result.history); speed > 0)
    print(fmt::format("speed      {} pictures/s\n", grouped(static_cast<int64_t>(speed))));
  if (!result.history.empty()) print(fmt::format("input      {:.1f} % of the steps' time\n", 100 * result.history.back().input_share));
  print(fmt::format("time       {}\n", duration(result.seconds)));
  print(fmt::format("seed       {}\n", result.seed));
  print(fmt::format("run        {}\n", result.folder));
  if (!result.page.empty()) print(fmt::format("report     {}\n", result.page));
}

}  // namespace

void print_training_result(const TrainingResult& result, bool json) {
  if (json) print_json(json_of(result));
  else print_text(result);
}

}  // namespace fovea::app
