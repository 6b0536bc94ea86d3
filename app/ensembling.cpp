#include "app/ensembling.h"

#include <algorithm>
#include <filesystem>

#include "app/joint_run.h"
#include "app/model_argument.h"
#include "app/numbers.h"
#include "app/output_file.h"
#include "app/picture_rules.h"
#include "app/study_folder.h"
#include "fovea/base/file.h"
#include "fovea/ensemble/averaged_model.h"
#include "fovea/ensemble/ensemble_model.h"
#include "fovea/io/any_file.h"
#include "fovea/report/metrics.h"
#include "fovea/report/text.h"
#include "fovea/train/flipped_examples.h"
#include "fovea/train/renew_statistics.h"

namespace fovea::app {
namespace {

using ensemble::Combination;
using ensemble::Table;

// What a member says of a split.
struct Said {
  Table table;
  std::vector<int32_t> labels;
};

struct Member {
  std::string argument, name;
  OpenedModel opened;
  Said validation, test;
  double weight = 1, temperature = 1, accuracy = 0;
};

// A study stands for its best models, in order, a run of several for its members; all else for itself.
std::vector<std::string> expanded(const std::vector<std::string>& arguments, int64_t top) {
  std::vector<std::string> models;
  for (const std::string& argument : arguments) {
    if (is_joint_run(argument)) {
      for (const std::string& run : member_runs(argument)) models.push_back(run);
    } else if (folder_exists(argument + "/best")) {
      models.push_back(existing_best_run(argument));
      for (int64_t k = 2; k <= top && folder_exists(best_run(argument, k)); ++k) models.push_back(best_run(argument, k));
    } else {
      models.push_back(argument);
    }
  }
  return models;
}

std::string name_of(const std::string& argument) {
  const std::filesystem::path path = std::filesystem::path(argument).lexically_normal();
  const std::filesystem::path last = path.has_filename() ? path : path.parent_path();
  return folder_exists(argument) ? last.filename().string() : last.stem().string();
}

// Every member predicts a split once (and once more mirrored, where that is asked for).
Said say(Member& member, const Dataset& dataset, const Split& split, const PictureRules& rules, const EnsembleArguments& arguments,
         const CommonOptions& common) {
  Model& model = member.opened.model;
  const DataExamples examples(split, rules, match_classes(dataset, model), model.classes(), dataset.name);
  Trainer trainer(model, {.optimizer = {.name = "sgd"}, .threads = common.threads, .lanes = common.lanes});
  const Evaluation evaluation = trainer.evaluate(examples, arguments.batch);
  Said said = {evaluation.probabilities, evaluation.labels};
  if (arguments.augment == "flip") {
    const Evaluation mirrored = trainer.evaluate(FlippedExamples(examples), arguments.batch);
    said.table = ensemble::combined({said.table, mirrored.probabilities}, model.classes(), Combination::mean);
  }
  return said;
}

// Gives what the classes are called.
std::vector<std::string> open_members(std::vector<Member>& members, OpenedData& data, const EnsembleArguments& arguments, const CommonOptions& common,
                                      const Console& console) {
  std::vector<std::string> names;
  const SplitKind kind = parse_split_kind(arguments.split, "--split");
  for (Member& member : members) {
    auto [opened, dataset] = open_model_and_data({.model = member.argument}, arguments.data, arguments.pictures, common, console,
                                                 [&](const DataArguments& which, const PictureUse& use) { return data.open(which, use); });
    member.opened = std::move(opened);
    if (!member.opened.trained) console.note("{}: the weights are random: the model is untrained", member.argument);
    if (names.empty()) names = names_of_classes(member.opened.model, dataset);
    if (member.opened.model.classes() != members[0].opened.model.classes())
      throw usage_error(member.argument, "tells another number of classes apart than {} (got {}, expected {})", members[0].argument,
                        member.opened.model.classes(), members[0].opened.model.classes());
    const PictureRules rules = picture_rules(member.opened.model, arguments.pictures, console);
    if (arguments.fits()) member.validation = say(member, dataset, wanted_split(dataset, SplitKind::validation, "--weights"), rules, arguments, common);
    member.test = say(member, dataset, wanted_split(dataset, kind, "--split"), rules, arguments, common);
    if (member.test.labels != members[0].test.labels)
      throw usage_error(member.argument, "names the data's classes in another order than {}: such models cannot be combined", members[0].argument);
  }
  return names;
}

std::vector<Table> tables(const std::vector<Member>& members, Said Member::*split) {
  std::vector<Table> all;
  for (const Member& member : members) all.push_back((member.*split).table);
  return all;
}

std::vector<double> weights_of(const std::vector<Member>& members) {
  std::vector<double> weights;
  for (const Member& member : members) weights.push_back(member.weight);
  return weights;
}

// The members' mean weights as a model, with statistics of batch normalisation from the training pictures.
Member averaged(const std::vector<Member>& members, OpenedData& data, const EnsembleArguments& arguments, const CommonOptions& common, const Console& console) {
  std::vector<const Model*> models;
  std::vector<std::string> names;
  for (const Member& member : members) models.push_back(&member.opened.model), names.push_back(member.argument);
  Member mean = {"the mean of the weights", "mean", OpenedModel{.model = ensemble::averaged_model(models, {}, names), .trained = true}};
  Model& model = mean.opened.model;
  const Dataset dataset = data.open(arguments.data, {&model, choose_resizing(arguments.pictures, &model), common.threads});
  const PictureRules rules = picture_rules(model, arguments.pictures, {.quiet = true});
  const DataExamples train(wanted_split(dataset, SplitKind::train, "--combine"), rules, match_classes(dataset, model), model.classes(), dataset.name);
  if (const int64_t batches = renew_statistics(model, train, {.batch_size = arguments.batch, .threads = common.threads, .lanes = common.lanes, .seed = common.seed}))
    console.note("batch normalisation has new statistics, from {} batches of training pictures", grouped(batches));
  mean.test = say(mean, dataset, wanted_split(dataset, parse_split_kind(arguments.split, "--split"), "--split"), rules, arguments, common);
  return mean;
}

// Temperatures of members, weights, a temperature of the whole: each on validation pictures, from what comes before it.
double fit(std::vector<Member>& members, const EnsembleArguments& arguments, Combination combination) {
  const int64_t classes = members[0].opened.model.classes();
  const bool of_members = arguments.temperature == "members" || arguments.temperature == "both";
  for (Member& member : members) {
    member.accuracy = accuracy(predicted_classes(member.test.table, classes), member.test.labels);
    if (!of_members) continue;
    member.temperature = ensemble::fitted_temperature(member.validation.table, classes, member.validation.labels);
    for (Said Member::*split : {&Member::validation, &Member::test}) (member.*split).table = ensemble::tempered((member.*split).table, classes, member.temperature);
  }
  const std::vector<int32_t>& labels = members[0].validation.labels;
  std::vector<double> weights(members.size(), 1 / static_cast<double>(members.size()));
  if (arguments.weights == "fitted") weights = ensemble::fitted_weights(tables(members, &Member::validation), classes, labels);
  if (arguments.weights == "greedy") weights = ensemble::selected_weights(tables(members, &Member::validation), classes, labels);
  for (size_t m = 0; m < members.size(); ++m) members[m].weight = weights[m];
  if (arguments.temperature != "whole" && arguments.temperature != "both") return 1;
  return ensemble::fitted_temperature(ensemble::combined(tables(members, &Member::validation), classes, combination, weights), classes, labels);
}

void save_ensemble(const std::string& path, const std::vector<Member>& members, Combination combination, double temperature) {
  std::vector<ensemble::Member> parts;
  for (const Member& member : members) parts.push_back({&member.opened.model, member.name, member.weight, member.temperature});
  Model model = ensemble::ensemble_model(parts, {.combination = combination, .temperature = temperature});
  for (const Member& member : members) model.info.provenance["members"].push_back(valid_utf8(member.argument));
  write_model_file(model, path, {});
}

}  // namespace

void EnsembleArguments::check() const {
  if (!save.empty()) check_model_output(save, "--save");
  const bool averages = combine == "weights";
  if (averages && fits())
    throw usage_error("--combine", "weights are averaged as they are (got --weights {} and --temperature {}, expected equal and none)", weights, temperature);
  if (fits() && (split == "validation" || (split == "test" && data.validation == "test")))
    throw usage_error("--split", "the {} pictures fit weights and temperatures: scores on them say nothing (expected {})", split,
                      split == "test" ? "train, or --validation split" : "test or train");
  // What could not be written is known before the work.
  if (!save.empty() && combine == "majority")
    throw usage_error("--save", "a majority is no model: votes have no probabilities (got --combine majority, expected mean or geometric)");
  if (!save.empty() && combine == "mean" && (temperature == "whole" || temperature == "both"))
    throw usage_error("--save", "a mean with a temperature of its own is no model (got --temperature {}, expected members, or --combine geometric)", temperature);
}

EnsembleScore score_ensemble(const EnsembleArguments& arguments, OpenedData& data, const CommonOptions& common, const Console& console) {
  arguments.check();
  const bool averages = arguments.combine == "weights";
  const Combination combination = averages ? Combination::mean : ensemble::combination_of(arguments.combine, "--combine");
  std::vector<Member> members;
  for (const std::string& argument : expanded(arguments.models, arguments.top))
    members.emplace_back(argument, name_of(argument), OpenedModel{.model = Model(Graph(), Unset{})});
  const std::vector<std::string> names = open_members(members, data, arguments, common, console);
  const int64_t classes = members[0].opened.model.classes();
  const double temperature = fit(members, arguments, combination);
  const std::vector<Table> all = tables(members, &Member::test);
  Table together;
  if (averages) {
    Member mean = averaged(members, data, arguments, common, console);
    if (!arguments.save.empty()) write_model_file(mean.opened.model, arguments.save);
    together = std::move(mean.test.table);
  } else {
    if (!arguments.save.empty()) save_ensemble(arguments.save, members, combination, temperature);
    together = ensemble::combined(all, classes, combination, weights_of(members));
  }
  if (temperature != 1) together = ensemble::tempered(together, classes, temperature);
  Evaluation evaluation;
  evaluation.labels = members[0].test.labels;
  evaluation.loss = negative_log_likelihood(together, classes, evaluation.labels);
  evaluation.probabilities = std::move(together);
  EnsembleScore score = {.combine = arguments.combine,
                         .temperature = temperature,
                         .split = arguments.split,
                         .fitted_on = arguments.fits() ? "validation" : "",
                         .saved = arguments.save,
                         .result = test_result(evaluation, names),
                         .diversity = ensemble::diversity(all, classes, evaluation.labels)};
  for (const Member& member : members)
    score.members.push_back({.model = member.argument,
                             .accuracy = member.accuracy,
                             .loss = negative_log_likelihood(member.test.table, classes, evaluation.labels),
                             .weight = member.weight,
                             .temperature = member.temperature});
  return score;
}

Json EnsembleScore::json() const {
  Json json = result.json();
  json["members"] = Json::array();
  for (const EnsembleMemberScore& member : members)
    json["members"].push_back({{"model", valid_utf8(member.model)}, {"accuracy", member.accuracy}, {"weight", member.weight},
                               {"temperature", member.temperature}, {"loss", member.loss}});
  json["combination"] = combine;
  json["temperature"] = temperature;
  json["scored_on"] = split;
  json["fitted_on"] = fitted_on.empty() ? Json() : Json(fitted_on);
  json["diversity"] = {{"disagreement", diversity.disagreement}, {"mean_disagreement", diversity.mean_disagreement}, {"oracle_accuracy", diversity.oracle_accuracy}};
  if (!saved.empty()) json["saved"] = saved;
  return json;
}

std::string EnsembleScore::text(int columns) const {
  size_t width = 15;
  for (const EnsembleMemberScore& member : members) width = std::max(width, count_characters(one_line(valid_utf8(member.model))));
  std::string text = fmt::format("{}  accuracy    loss  weight  temperature\n", left_aligned("member", width));
  for (const EnsembleMemberScore& member : members)
    text += fmt::format("{}  {:8.4f}  {:6.4f}  {:6.3f}  {:11.3f}\n", left_aligned(one_line(valid_utf8(member.model)), width), member.accuracy, member.loss,
                        member.weight, member.temperature);
  text += fmt::format("{}  {:8.4f}  {:6.4f}  {:6}  {:11.3f}\n\n", left_aligned(combine == "weights" ? "mean of weights" : "ensemble", width), result.accuracy,
                      result.loss, "", temperature);
  text += fmt::format("scores are of the {} pictures{}\n", split,
                      fitted_on.empty() ? "" : "; weights and temperatures were fitted on the validation pictures");
  if (members.size() > 1)
    text += fmt::format("two members differ on {:.1f} % of the pictures; one at least is right on {:.1f} %\n", 100 * diversity.mean_disagreement,
                        100 * diversity.oracle_accuracy);
  text += "\n" + result.text(columns);
  if (!saved.empty()) text += fmt::format("\nsaved      {}\n", one_line(valid_utf8(saved)));
  return text;
}

}  // namespace fovea::app
