// fovea runs: lists runs, compares them, removes them.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <set>

#include "app/commands.h"
#include "app/config_file.h"
#include "app/console.h"
#include "app/numbers.h"
#include "app/options.h"
#include "app/trial_table.h"
#include "fovea/base/file.h"
#include "fovea/report/text.h"
#include "fovea/train/run_record.h"

namespace fovea::app {
namespace {

using Settings = std::map<std::string, std::string>;

std::string cell(const std::optional<double>& value) { return value ? figure(*value) : "-"; }

std::string cell_of(const RunRecord& run, const std::string& name) {
  const auto value = run.figure(run.best_epoch, name);
  return value && name == "learning_rate" ? fmt::format("{:.4g}", *value) : cell(value);
}

std::string tested(const RunRecord& run) { return run.tested_split.empty() ? "-" : figure(run.test_accuracy); }

std::string speed(const RunRecord& run) {
  return run.pictures_per_second > 0 ? grouped(static_cast<int64_t>(run.pictures_per_second)) : "-";
}

int epochs_done(const RunRecord& run) { return run.epochs.empty() ? 0 : run.epochs.rbegin()->first; }

// A run of several trainings has none of its own.
std::string epochs_of(const RunRecord& run) { return run.epochs_wanted > 0 ? fmt::format("{}/{}", epochs_done(run), run.epochs_wanted) : "-"; }

Json json_of(const RunRecord& run) {
  Json epochs = Json::array();
  for (const auto& [epoch, figures] : run.epochs) {
    Json one = {{"epoch", epoch}};
    for (const auto& [name, value] : figures) one[name] = value;
    epochs.push_back(one);
  }
  Json json = {{"run", run.path},
               {"state", to_string(run.state)},
               {"began", run.began},
               {"model", run.model},
               {"data", run.data},
               {"epochs_wanted", run.epochs_wanted},
               {"epochs", epochs},
               {"best_epoch", run.best_epoch > 0 ? Json(run.best_epoch) : Json()},
               {"seconds", run.seconds},
               {"pictures_per_second", run.pictures_per_second > 0 ? Json(run.pictures_per_second) : Json()}};
  if (!run.error.empty()) json["error"] = run.error;
  if (!run.tested_split.empty())
    json["test"] = {{"split", run.tested_split}, {"loss", run.test_loss}, {"accuracy", run.test_accuracy}};
  return json;
}

int list(const std::string& folder, bool json) {
  const std::vector<RunRecord> runs = list_runs(folder);
  if (json) {
    Json all = Json::array();
    for (const RunRecord& run : runs) all.push_back(json_of(run));
    print_json({{"runs", all}});
    return 0;
  }
  if (runs.empty()) {
    print(fmt::format("there are no runs in {}; fovea train MODEL makes one\n", folder));
    return 0;
  }
  std::vector<Row> rows = {{"run", "state", "epochs", "best", "val_accuracy", "tested", "pictures/s", "time", "began"}};
  for (const RunRecord& run : runs)
    rows.push_back({one_line(run.name), std::string(to_string(run.state)), epochs_of(run),
                    run.best_epoch > 0 ? std::to_string(run.best_epoch) : "-", cell_of(run, "val_accuracy"),
                    tested(run), speed(run), duration(run.seconds), day_and_time(run.began)});
  print_table(rows);
  for (const RunRecord& run : runs)
    if (!run.error.empty()) print(fmt::format("{}: {}\n", one_line(run.name), one_line(run.error)));
  return 0;
}

// What the run was told, and on what it ran.
Settings settings_of(const RunRecord& run) {
  Settings settings;
  for (const auto& [key, value] : read_config_file(run.path + "/config.toml")) settings[key] = value;
  const std::string path = run.path + "/environment.json";
  if (!file_exists(path)) return settings;
  const Json environment = parse_json(read_file(path), path);
  for (const char* key : {"version", "processor", "instruction_set", "data_hash"})
    if (environment.contains(key) && environment.at(key).is_string()) settings[key] = environment.at(key).get<std::string>();
  return settings;
}

// Of the keys that the runs do not agree on, the value of each run; "-" where it has none.
std::map<std::string, Row> differences(const std::vector<RunRecord>& runs) {
  std::vector<Settings> all;
  std::set<std::string> keys;
  for (const RunRecord& run : runs) {
    all.push_back(settings_of(run));
    for (const auto& [key, value] : all.back()) keys.insert(key);
  }
  std::map<std::string, Row> differing;
  for (const std::string& key : keys) {
    Row values;
    for (const Settings& settings : all) {
      const auto at = settings.find(key);
      values.push_back(at == settings.end() ? "-" : at->second);
    }
    if (std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) != values.end()) differing[key] = values;
  }
  return differing;
}

// All figures that any of the runs has, in the order of the first that has them.
std::vector<std::string> figures_of(const std::vector<RunRecord>& runs) {
  std::vector<std::string> names;
  for (const RunRecord& run : runs)
    for (const auto& [epoch, figures] : run.epochs)
      for (const auto& [name, value] : figures)
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  return names;
}

// A curve in a line of text: eight heights between the lowest and the highest of all runs.
std::string sparkline(const std::vector<double>& values, double low, double high, size_t width) {
  static const char* const heights[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::string text;
  const size_t shown = std::min(values.size(), width);
  for (size_t i = 0; i < shown; ++i) {
    const double value = values[i * values.size() / shown];
    if (!std::isfinite(value)) {
      text += " ";
      continue;
    }
    const double share = high > low ? (value - low) / (high - low) : 0;
    text += heights[static_cast<size_t>(std::lround(7 * share))];
  }
  return text;
}

void print_curves(const std::vector<RunRecord>& runs, const std::string& name) {
  constexpr size_t kWidth = 40;
  std::vector<std::vector<double>> curves;
  double low = INFINITY, high = -INFINITY;
  for (const RunRecord& run : runs) {
    std::vector<double>& curve = curves.emplace_back();
    for (int epoch = 1; epoch <= epochs_done(run); ++epoch) {
      curve.push_back(run.figure(epoch, name).value_or(NAN));
      if (std::isfinite(curve.back())) low = std::min(low, curve.back()), high = std::max(high, curve.back());
    }
  }
  size_t widest = 0;
  for (const RunRecord& run : runs) widest = std::max(widest, count_characters(one_line(run.name)));
  std::vector<Row> rows;
  for (size_t r = 0; r < runs.size(); ++r) {
    const std::vector<double>& curve = curves[r];
    const auto last = std::find_if(curve.rbegin(), curve.rend(), [](double value) { return std::isfinite(value); });
    rows.push_back({left_aligned(one_line(runs[r].name), widest) + "  " + left_aligned(sparkline(curve, low, high, kWidth), kWidth),
                    last == curve.rend() ? "-" : figure(*last)});
  }
  print(name + "\n");
  print_table(rows, "  ");
}

int compare(const std::vector<RunRecord>& runs, bool json) {
  if (runs.size() < 2) throw usage_error("runs compare", "needs two runs at least (got {})", runs.size());
  const std::map<std::string, Row> differing = differences(runs);
  if (json) {
    Json all = Json::array(), settings = Json::object();
    for (const RunRecord& run : runs) all.push_back(json_of(run));
    for (const auto& [key, values] : differing) settings[key] = values;
    print_json({{"runs", all}, {"settings", settings}});
    return 0;
  }
  Row header = {""};
  for (const RunRecord& run : runs) header.push_back(one_line(run.name));
  std::vector<Row> rows = {header, {differing.empty() ? "all settings are the same" : "settings that differ"}};
  const auto add = [&](const std::string& name, auto value) {
    Row& row = rows.emplace_back(Row{"  " + name});
    for (const RunRecord& run : runs) row.push_back(value(run));
  };
  for (const auto& [key, values] : differing) {
    Row& row = rows.emplace_back(Row{"  " + key});
    for (const std::string& value : values) row.push_back(shortened(one_line(value), 40));
  }
  rows.push_back({"figures of the best epoch"});
  add("epoch", [](const RunRecord& run) { return run.best_epoch > 0 ? std::to_string(run.best_epoch) : "-"; });
  for (const std::string& name : figures_of(runs))
    add(name, [&](const RunRecord& run) { return cell_of(run, name); });
  add("tested accuracy", tested);
  rows.push_back({"the run"});
  add("state", [](const RunRecord& run) { return std::string(to_string(run.state)); });
  add("epochs", epochs_of);
  add("pictures/s", speed);
  add("time", [](const RunRecord& run) { return duration(run.seconds); });
  print_table(rows);
  for (const std::string& name : figures_of(runs))
    if (name != "learning_rate") print_curves(runs, name);
  return 0;
}

bool confirmed(const std::vector<RunRecord>& runs) {
  if (::isatty(STDIN_FILENO) == 0)
    throw usage_error("runs remove", "asks before it removes, and there is nobody to ask (expected --yes)");
  std::string names;
  for (const RunRecord& run : runs) names += (names.empty() ? "" : ", ") + one_line(run.path);
  fmt::print(stderr, "remove {}? [y/N] ", names);
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

int remove(const std::vector<RunRecord>& runs, bool yes, const Console& console) {
  if (runs.empty()) throw usage_error("runs remove", "needs a run at least (got none)");
  if (!yes && !confirmed(runs)) {
    console.note("nothing was removed");
    return 1;
  }
  for (const RunRecord& run : runs) {
    remove_run(run.path);
    console.note("removed {}", run.path);
  }
  return 0;
}

}  // namespace

int runs(const Arguments& arguments) {
  CommonOptions common;
  std::vector<std::string> words;
  std::string folder = "runs";
  bool yes = false;
  OptionTable table("runs", "[list | compare RUN RUN… | remove RUN…] [OPTIONS]",
                    "Lists the runs that fovea train made, compares them (settings that differ, figures, curves), removes them.");
  table.positionals("RUN", words, "a run folder, or its name alone");
  table.section("Runs");
  table.add("--runs", folder, {.value = "DIR", .help = "where runs are kept: in DIR/train"});
  table.add("--yes", yes, {.help = "remove without asking"});
  add_output_options(table, common);
  if (!table.parse(arguments)) return 0;

  const std::string verb = words.empty() ? "list" : words.front();
  if (verb == "list" && words.size() <= 1) return list(folder + "/train", common.json);
  if (verb == "list") throw usage_error("runs list", "takes no runs (got {})", words[1]);
  if (verb != "compare" && verb != "remove")
    throw usage_error(verb, "unknown word (expected list, compare or remove)");
  std::vector<RunRecord> named;
  for (size_t i = 1; i < words.size(); ++i) {
    std::string path = words[i];
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    if (!folder_exists(path) && path.find('/') == std::string::npos) path = folder + "/train/" + path;
    if (!folder_exists(path)) throw file_error(path, "there is no such run folder");
    named.push_back(read_run(path));
  }
  return verb == "compare" ? compare(named, common.json) : remove(named, yes, common.console());
}

}  // namespace fovea::app
