#include "app/joint_training.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "app/config_file.h"
#include "app/ensembling.h"
#include "app/interrupt.h"
#include "app/joint_run.h"
#include "app/numbers.h"
#include "app/report.h"
#include "app/run_files.h"
#include "app/terminal.h"
#include "app/training.h"
#include "fovea/base/file.h"
#include "fovea/io/any_file.h"
#include "fovea/io/model_file.h"
#include "fovea/report/text.h"
#include "fovea/train/events.h"
#include "fovea/train/run_folder.h"
#include "fovea/train/run_record.h"

namespace fovea::app {
namespace {

OpenData opener(OpenedData& data) {
  return [&](const DataArguments& which, const PictureUse& use) { return data.open(which, use); };
}

// What is wrong with a member is known before the first one is trained. Returns the data set's name.
std::string check_members(const std::vector<JointMember>& members, const TrainArguments& arguments, OpenedData& data) {
  std::string name;
  std::optional<Shape> first;
  for (const JointMember& member : members) {
    ModelArguments model = arguments.model;
    model.model = member.model;
    const ModelAndData opened =
        open_model_and_data(model, arguments.data, arguments.pictures, arguments.common, {.quiet = true}, opener(data));
    const Shape& shape = opened.opened.model.input_shape();
    if (!first) first = shape;
    if (!arguments.save.empty() && shape != *first)
      throw usage_error("--save",
                        "members that take pictures of different sizes make no one model (got {} of {} and {} of {})",
                        to_string(*first), members.front().model, to_string(shape), member.model);
    name = opened.dataset.name;
  }
  return name;
}

// What all members have in common.
std::string config(const OptionTable& table) {
  Json config = table.config_json();
  for (const char* key : {"name", "model"}) config.erase(key);
  return to_toml(config);
}

std::string create_folder(const TrainArguments& arguments, const OptionTable& table, const std::vector<JointMember>& members,
                          const std::string& data) {
  return create_run_folder({.runs = arguments.runs,
                            .name = arguments.name,
                            .stem = "ensemble-" + folder_stem(data),
                            .files = {{"config.toml", config(table)}, {"members.json", members_json(members)}}});
}

bool is_done(const std::string& run, const TrainArguments& whole) {
  if (!folder_exists(run)) return false;
  const RunRecord record = read_run(run);
  return record.state == RunState::finished && record.epochs_wanted >= whole.epochs;
}

// A member's options: the whole's, or those of its run where it was begun.
void read_options(const JointMember& member, const std::string& folder, const TrainArguments& whole, const OptionTable& of_whole,
                  TrainArguments& arguments, OptionTable& table) {
  const std::string run = member_run(folder, member);
  arguments.common.quiet = whole.common.quiet;
  arguments.common.verbose = whole.common.verbose;
  table.give("epochs", std::to_string(whole.epochs), folder);
  if (folder_exists(run)) {
    arguments.resume = run;
    arguments.extends = read_run(run).epochs_wanted != whole.epochs;
    const Json given = of_whole.config_json();
    for (const char* key : {"data", "cache", "threads"})
      if (given.contains(key)) table.give(key, word_of(given.at(key)), folder);
    table.read_config(run + "/config.toml");
  } else {
    table.give("model", member.model, folder);
    table.give("name", member.name, folder);
    table.give("seed", std::to_string(member.seed), folder);
    table.give("save", "", folder);
    table.give("report", "false", folder);
    table.read_config(folder + "/config.toml");
  }
  arguments.runs = folder;
  arguments.check();
}

void train_member(const JointMember& member, const std::string& folder, const TrainArguments& whole, const OptionTable& of_whole, OpenedData& data) {
  TrainArguments arguments;
  OptionTable table("train", "", "");
  arguments.list(table);
  read_options(member, folder, whole, of_whole, arguments, table);
  Training training(arguments, table, {.kind = "members", .open_data = opener(data)});
  write_file_atomically(folder + "/config.toml", config(of_whole));  // with the epochs that all members shall have
  training.run_part();
}

// The split that scores are of: test, where there are such pictures.
std::string scored_split(OpenedData& data, const TrainArguments& arguments, const std::string& run) {
  const Dataset dataset = open_model_and_data({.model = run}, arguments.data, arguments.pictures, arguments.common, {.quiet = true}, opener(data)).dataset;
  return !dataset.test.empty() ? "test" : !dataset.validation.empty() ? "validation" : "train";
}

EnsembleScore score(const std::string& folder, const TrainArguments& arguments, const Console& console) {
  OpenedData data;
  EnsembleArguments ensemble = {.models = member_runs(folder), .data = arguments.data, .pictures = arguments.pictures, .batch = arguments.batch_size};
  ensemble.split = scored_split(data, arguments, ensemble.models.front());
  ensemble.save = folder + "/model.safetensors";
  try {
    return score_ensemble(ensemble, data, arguments.common, console);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::usage) throw;
    console.note("the members make no one model: {}", error.what());
  }
  ensemble.save.clear();
  return score_ensemble(ensemble, data, arguments.common, console);
}

// Without a score where the training was stopped.
void print_result(const std::optional<EnsembleScore>& score, const std::string& folder, const std::string& page,
                  double seconds, const TrainArguments& arguments) {
  if (arguments.common.json) {
    Json json = score ? score->json() : Json::object();
    json["run"] = folder;
    json["seconds"] = seconds;
    if (!page.empty()) json["report"] = page;
    print_json(json);
    return;
  }
  if (score) print(score->text(columns()));
  print(fmt::format("time       {}\n", duration(seconds)));
  print(fmt::format("run        {}\n", folder));
  if (!page.empty()) print(fmt::format("report     {}\n", page));
}

void check(const TrainArguments& arguments, const OptionTable& table) {
  if (arguments.more_models.empty())
    throw usage_error("--ensemble", "needs two models at least (got {}, expected fovea train A B … --ensemble)", arguments.model.model.empty() ? 0 : 1);
  for (const char* option : {"--from-study", "--find-lr", "--print-config"})
    if (table.given(option)) throw usage_error("--ensemble", "does not go with {} (got both, expected one)", option);
  arguments.check();
}

}  // namespace

int train_jointly(TrainArguments& arguments, const OptionTable& table) {
  const bool resumed = !arguments.resume.empty();
  if (!resumed) check(arguments, table);
  std::vector<std::string> models = {arguments.model.model};
  models.insert(models.end(), arguments.more_models.begin(), arguments.more_models.end());
  const std::vector<JointMember> members = resumed ? read_members(arguments.resume) : joint_members(models, arguments.common.seed);
  std::optional<OpenedData> data(std::in_place);
  const std::string folder = resumed ? arguments.resume : create_folder(arguments, table, members, check_members(members, arguments, *data));
  const RunLock lock(folder);
  if (resumed) remove_leftovers(folder);
  const Console console = arguments.common.console();
  EventLog events(folder + "/events.jsonl");
  std::string names;
  for (const JointMember& member : members) names += (names.empty() ? "" : ", ") + member.model;
  events.write(resumed ? "resume" : "begin", {{"model", names}, {"data", arguments.data.data}, {"epoch", 1}, {"epochs", 0}, {"seed", arguments.common.seed}});

  const auto begin = std::chrono::steady_clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(); };
  try {
    for (size_t m = 0; m < members.size(); ++m) {
      if (is_done(member_run(folder, members[m]), arguments)) continue;
      console.note("member {} of {}: {}, seed {}", m + 1, members.size(), members[m].model, members[m].seed);
      train_member(members[m], folder, arguments, table, *data);
      if (!InterruptGuard::interrupted()) continue;
      events.write("stop");
      print_result(std::nullopt, folder, "", seconds(), arguments);
      console.note("stopped by Ctrl-C; fovea train --resume {} goes on", folder);
      return static_cast<int>(ErrorKind::interrupted);
    }
  } catch (const Error& error) {
    events.write("fail", {{"error", error.what()}});
    throw;
  }

  data.reset();  // the members' own sizes of pictures are others
  const EnsembleScore all = score(folder, arguments, console);
  if (!arguments.save.empty() && !all.saved.empty()) write_model_file(load_model(all.saved), arguments.save);
  write_test_result(folder, all.result);
  events.write("end", {{"seconds", seconds()}, {"split", all.split}, {"test_loss", all.result.loss}, {"test_accuracy", all.result.accuracy}});
  std::string page;
  if (arguments.report) page = write_report({folder}, "", {.common = arguments.common}, {.quiet = true});
  print_result(all, folder, page, seconds(), arguments);
  if (!arguments.save.empty() && all.saved.empty())
    throw failed_error(arguments.save, "is not written: the members make no one model");
  return 0;
}

}  // namespace fovea::app
