#include "fovea/train/run_record.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "fovea/base/error.h"
#include "fovea/base/file.h"
#include "fovea/train/events.h"
#include "fovea/train/run_folder.h"

namespace fovea {
namespace {

bool is_run(const std::string& path) {
  return folder_exists(path) && file_exists(path + "/config.toml") && file_exists(path + "/events.jsonl");
}

void check_run(const std::string& path) {
  if (!is_run(path)) throw file_error(path, "is no run folder (got no config.toml and events.jsonl in it)");
}

// What stands beside an epoch's figures.
bool is_figure(const std::string& name) {
  return name != "event" && name != "time" && name != "epoch" && name != "seconds" && name != "pictures_per_second" &&
         name != "best_epoch" && name != "input_share";
}

// JSON orders fields by name: the order that people read is the one of named_figures.
size_t rank(const std::string& name) {
  if (name == "loss") return 0;
  if (name == "accuracy") return 1;
  if (name == "learning_rate") return 7;
  if (name == "val_loss") return 4;
  if (name == "val_accuracy") return 5;
  return name.starts_with("exact_") ? 3 : name.starts_with("val_") ? 6 : 2;
}

void take_epoch(RunRecord& run, const Json& event) {
  const int epoch = event.at("epoch").get<int>();
  Figures figures;
  for (const auto& [name, value] : event.items())
    if (is_figure(name) && value.is_number()) figures.emplace_back(name, value.get<double>());
  std::stable_sort(figures.begin(), figures.end(),
                   [](const auto& a, const auto& b) { return rank(a.first) < rank(b.first); });
  run.epochs[epoch] = std::move(figures);
  run.best_epoch = event.value("best_epoch", 0);
  run.seconds += event.at("seconds").get<double>();
  run.pictures_per_second = std::max(run.pictures_per_second, event.at("pictures_per_second").get<double>());
}

// NaN where it is not finite, which JSON does not have.
double number(const Json& event, const char* key) {
  const auto at = event.find(key);
  return at != event.end() && at->is_number() ? at->get<double>() : NAN;
}

void take_end(RunRecord& run, const Json& event) {
  run.seconds = event.value("seconds", run.seconds);
  run.best_epoch = event.value("best_epoch", 0);
  run.tested_split = event.value("split", "");
  run.test_loss = number(event, "test_loss");
  run.test_accuracy = number(event, "test_accuracy");
}

void take(RunRecord& run, const Json& event) {
  const std::string kind = event.at("event").get<std::string>();
  if (kind == "begin") {
    run.began = event.at("time").get<double>();
    run.model = event.at("model").get<std::string>();
    run.data = event.at("data").get<std::string>();
    run.epochs_wanted = event.at("epochs").get<int>();
  } else if (kind == "resume") {
    // What was behind its checkpoint is not part of the run any more.
    run.epochs.erase(run.epochs.lower_bound(event.at("epoch").get<int>()), run.epochs.end());
    run.epochs_wanted = event.at("epochs").get<int>();
    run.state = RunState::interrupted;
    run.tested_split.clear();
  } else if (kind == "epoch") {
    take_epoch(run, event);
  } else if (kind == "end" || kind == "stop") {
    take_end(run, event);
    run.state = kind == "end" ? RunState::finished : RunState::stopped;
  } else if (kind == "fail") {
    run.error = event.value("error", "");
    run.state = RunState::failed;
  }
}

}  // namespace

std::string_view to_string(RunState state) {
  switch (state) {
    case RunState::running: return "running";
    case RunState::finished: return "finished";
    case RunState::stopped: return "stopped";
    case RunState::failed: return "failed";
    case RunState::interrupted: return "interrupted";
  }
  return "";
}

std::optional<double> RunRecord::figure(int epoch, const std::string& wanted) const {
  const auto at = epochs.find(epoch);
  if (at == epochs.end()) return std::nullopt;
  for (const auto& [figure, value] : at->second)
    if (figure == wanted) return value;
  return std::nullopt;
}

RunRecord read_run(const std::string& path) {
  check_run(path);
  RunRecord run = {.path = path, .name = path.substr(path.rfind('/') + 1)};
  try {
    for (const Json& event : read_events(path + "/events.jsonl")) take(run, event);
  } catch (const Json::exception& error) {
    throw file_error(path + "/events.jsonl", "cannot be read: {}", error.what());
  }
  if (is_locked(path)) run.state = RunState::running;
  return run;
}

std::vector<RunRecord> list_runs(const std::string& folder) {
  std::vector<RunRecord> runs;
  if (!folder_exists(folder)) return runs;
  for (const FolderEntry& entry : list_folder(folder)) {
    if (is_temporary_name(entry.name) || !is_run(folder + "/" + entry.name)) continue;
    try {
      runs.push_back(read_run(folder + "/" + entry.name));
    } catch (const Error& error) {
      runs.push_back({.path = folder + "/" + entry.name, .name = entry.name, .state = RunState::failed, .error = error.what()});
    }
  }
  std::stable_sort(runs.begin(), runs.end(), [](const RunRecord& a, const RunRecord& b) { return a.began < b.began; });
  return runs;
}

void remove_run(const std::string& path) {
  check_run(path);
  const RunLock lock(path);
  // Gone at once under its name, whatever happens to the files.
  const size_t slash = path.rfind('/');
  const std::string parent = slash == std::string::npos ? "." : path.substr(0, slash);
  const std::string temporary = fmt::format("{}/.fovea-{}-removed.tmp", parent, ::getpid());
  std::error_code error;
  std::filesystem::rename(path, temporary, error);
  if (!error) std::filesystem::remove_all(temporary, error);
  if (error) throw file_error(path, "cannot be removed: {}", error.message());
}

}  // namespace fovea
