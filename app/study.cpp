// fovea study: lists studies, shows one, its best trial, and which parameters mattered.
#include <algorithm>
#include <cmath>

#include "app/commands.h"
#include "app/numbers.h"
#include "app/study_data.h"
#include "app/study_folder.h"
#include "app/trial_table.h"
#include "fovea/base/file.h"
#include "fovea/base/names.h"
#include "fovea/report/text.h"

namespace fovea::app {
namespace {

constexpr size_t kShown = 50;

std::string state_of(OpenStudy& open) {
  for (const tune::LeaseRow& lease : open.storage->leases())
    if (tune::is_alive(lease.owner).value_or(true) && lease.owner.process != 0) return "running";
  if (open.study.gave_up()) return "failed";
  return open.study.oracle().next().what == tune::Next::done ? "finished" : "stopped";
}

// What a list says of a study, also where it cannot be read.
Json listed(const std::string& folder) {
  try {
    OpenStudy open(folder);
    const std::vector<tune::TrialRow> ranking = open.study.ranking();
    const tune::TrialRow* best = best_of(ranking);
    return {{"study", folder},
            {"state", state_of(open)},
            {"algorithm", open.study.oracle().settings().algorithm},
            {"trials", ranking.size()},
            {"objective", open.study.objective().figure},
            {"best", best != nullptr ? Json(*best->score) : Json()}};
  } catch (const Error& error) {
    return {{"study", folder},     {"state", "failed"}, {"algorithm", Json()},  {"trials", Json()},
            {"objective", Json()}, {"best", Json()},    {"error", error.what()}};
  }
}

std::string cell(const Json& value) {
  return value.is_null() ? "-" : value.is_number_float() ? figure(value.get<double>()) : word_of(value);
}

int list(const std::string& runs, bool json) {
  Json all = Json::array();
  std::vector<Row> rows = {{"study", "state", "algorithm", "trials", "best", "objective"}};
  std::string errors;
  const std::string parent = runs + "/tune";
  const std::vector<FolderEntry> entries = folder_exists(parent) ? list_folder(parent) : std::vector<FolderEntry>();
  for (const FolderEntry& entry : entries) {
    if (!is_study(parent + "/" + entry.name)) continue;
    const Json study = listed(parent + "/" + entry.name);
    Row& row = rows.emplace_back(Row{one_line(entry.name)});
    for (const char* key : {"state", "algorithm", "trials", "best", "objective"}) row.push_back(cell(study[key]));
    if (study.contains("error"))
      errors += fmt::format("{}: {}\n", one_line(entry.name), one_line(study["error"].get<std::string>()));
    all.push_back(study);
  }
  if (json) {
    print_json({{"studies", all}});
    return 0;
  }
  if (rows.size() == 1) print(fmt::format("there are no studies in {}; fovea tune SPACE makes one\n", parent));
  else print_table(rows);
  print(errors);
  return 0;
}

// All there is, for people, reports and programs.
int show(const std::string& folder, bool json) {
  OpenStudy open(folder);
  const std::vector<tune::TrialRow> ranking = open.study.ranking();
  const tune::Settings& settings = open.study.oracle().settings();
  if (!json) {
    print_trials(ranking, open.study.objective().figure, kShown);
    print(fmt::format("state      {}\nalgorithm  {}\nseed       {}\nstudy      {}\n", state_of(open), settings.algorithm, settings.seed, folder));
    return 0;
  }
  Json trials = Json::array(), rungs = Json::array();
  for (const tune::TrialRow& trial : ranking) {
    Json one = trial_json(trial);
    one["history"] = Json::array();
    for (const tune::EpochRow& epoch : open.storage->epochs(trial.trial)) {
      Json figures = {{"epoch", epoch.epoch}};
      figures.update(epoch.figures);
      one["history"].push_back(figures);
    }
    trials.push_back(one);
  }
  for (const tune::RungRow& rung : open.storage->rungs())
    rungs.push_back({{"trial", rung.trial}, {"rung", rung.rung}, {"bracket", rung.bracket}, {"round", rung.round}, {"initial_epoch", rung.initial_epoch},
                     {"epochs", rung.epochs}, {"state", rung.state}, {"score", rung.score ? Json(*rung.score) : Json()}, {"seconds", rung.seconds}});
  Json shown = settings.to_json();
  const Json parameters = shown["space"]["parameters"];
  shown.erase("space");
  print_json({{"study", folder}, {"state", state_of(open)}, {"objective", open.study.objective().figure}, {"settings", shown},
              {"parameters", parameters}, {"trials", trials}, {"rungs", rungs}});
  return 0;
}

int best(const std::string& folder, bool json) {
  OpenStudy open(folder);
  const std::vector<tune::TrialRow> ranking = open.study.ranking();
  const tune::TrialRow& trial = best_trial(ranking, folder);
  const std::string run = best_run(folder);
  if (json) {
    Json one = trial_json(trial);
    one["run"] = folder_exists(run) ? Json(run) : Json();
    print_json(one);
    return 0;
  }
  std::vector<std::pair<std::string, std::string>> lines = {
      {"trial", std::to_string(trial.trial)}, {open.study.objective().figure, figure(*trial.score)}, {"epochs", std::to_string(trial.epochs)}};
  for (const auto& [name, value] : trial.values.items())
    lines.emplace_back(name, value.is_string() ? one_line(value.get<std::string>()) : value.dump());
  if (folder_exists(run)) lines.emplace_back("run", run);
  size_t widest = 0;
  for (const auto& [name, value] : lines) widest = std::max(widest, count_characters(name));
  for (const auto& [name, value] : lines) print(left_aligned(name, widest) + "  " + value + "\n");
  return 0;
}

int importance(const std::string& folder, bool json) {
  const Json data = study_data(folder);
  size_t scored = 0;
  for (const Json& trial : data["trials"]) scored += trial["score"].is_null() ? 0 : 1;
  Json shares = Json::object();
  std::vector<Row> rows = {{"parameter", "importance"}};
  for (const Json& one : data["importance"]) {
    shares[one[0].get<std::string>()] = one[1];
    rows.push_back({one[0].get<std::string>(), fmt::format("{:.3f}", one[1].get<double>())});
  }
  if (json) {
    print_json({{"study", folder}, {"method", data["importance_method"]}, {"trials", scored}, {"importance", shares}});
    return 0;
  }
  print_table(rows);
  print(fmt::format("{}, {} trials\n", data["importance_method"].get<std::string>(), scored));
  return 0;
}

}  // namespace

int study(const Arguments& arguments) {
  CommonOptions common;
  std::vector<std::string> words;
  std::string runs = "runs";
  OptionTable table("study", "[list | show STUDY | best STUDY | importance STUDY] [OPTIONS]",
                    "Lists the studies that fovea tune made, shows the trials of one, the best of them, and how much each parameter mattered.");
  table.positionals("STUDY", words, "a study's folder, or its name alone");
  table.section("Studies");
  table.add("--runs", runs, {.value = "DIR", .help = "where studies are kept: in DIR/tune"});
  add_output_options(table, common);
  if (!table.parse(arguments)) return 0;
  const std::vector<std::string> verbs = {"list", "show", "best", "importance"};
  const std::string verb = words.empty() ? "list" : words[0];
  if (std::find(verbs.begin(), verbs.end(), verb) == verbs.end())
    throw usage_error(verb, "unknown word (expected list, show, best or importance){}", did_you_mean(verb, verbs));
  if (verb == "list") {
    if (words.size() > 1) throw usage_error("study list", "takes no studies (got {})", words[1]);
    return list(runs, common.json);
  }
  if (words.size() != 2) throw usage_error("study " + verb, "takes one study (got {})", words.size() - 1);
  const std::string folder = find_study(words[1], runs);
  if (verb == "importance") return importance(folder, common.json);
  return verb == "show" ? show(folder, common.json) : best(folder, common.json);
}

}  // namespace fovea::app
