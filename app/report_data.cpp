#include "app/report_data.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "app/config_file.h"
#include "app/numbers.h"
#include "app/shown_picture.h"
#include "app/test_result.h"
#include "app/version.h"
#include "fovea/base/file.h"
#include "fovea/ensemble/tables.h"
#include "fovea/explain/explainer.h"
#include "fovea/model/cost.h"
#include "fovea/model/summary.h"
#include "fovea/report/base64.h"
#include "fovea/report/calibration.h"
#include "fovea/report/drawing.h"
#include "fovea/report/label_errors.h"
#include "fovea/report/metrics.h"
#include "fovea/report/page.h"
#include "fovea/report/picture_choice.h"
#include "fovea/report/text.h"
#include "fovea/train/gap.h"

namespace fovea::app {
namespace {

constexpr int64_t kTop = 10;                // classes a picture that the page keeps
constexpr size_t kDoubts = 2500;            // doubted labels that the page shows, of small pictures; of others a fifth
constexpr int64_t kMapSide = 16;            // of a Grad-CAM map in the page
constexpr double kMapFlops = 4e13, kAllSplitsFlops = 4e14;  // what is spent on maps, and on splits that are not reported

// A picture of a split.
struct Place {
  SplitKind split;
  int64_t index;
  auto operator<=>(const Place&) const = default;
};

std::span<const float> row_of(RunEvaluation& run, const Place& place) {
  const auto classes = static_cast<size_t>(run.model().classes());
  return std::span(run.evaluation(place.split).probabilities).subspan(static_cast<size_t>(place.index) * classes, classes);
}
int32_t label_of(RunEvaluation& run, const Place& place) { return run.evaluation(place.split).labels[static_cast<size_t>(place.index)]; }
int32_t predicted_of(RunEvaluation& run, const Place& place) { return top_classes(row_of(run, place), 1).front(); }

// ---- what is shown

// A picture whose label is doubted.
struct Doubt {
  Place place;
  int32_t suggested;
};

// Doubted labels of all splits that were looked at, the largest margins first.
std::vector<Doubt> doubts_of(RunEvaluation& run, const std::vector<SplitKind>& splits) {
  std::vector<float> table;
  std::vector<int32_t> labels;
  std::vector<Place> places;
  for (const SplitKind kind : splits) {
    const Evaluation& evaluation = run.evaluation(kind);
    table.insert(table.end(), evaluation.probabilities.begin(), evaluation.probabilities.end());
    labels.insert(labels.end(), evaluation.labels.begin(), evaluation.labels.end());
    for (int64_t i = 0; i < run.split(kind).size(); ++i) places.push_back({kind, i});
  }
  std::vector<Doubt> doubts;
  for (const LabelDoubt& doubt : doubted_labels(table, run.model().classes(), labels))
    doubts.push_back({places[static_cast<size_t>(doubt.picture)], doubt.suggested});
  return doubts;
}

std::vector<SplitKind> splits_looked_at(RunEvaluation& run, double flops, bool all, const Console& console) {
  const std::vector<SplitKind> alone = {run.reported()};
  if (!all) return alone;
  double pictures = 0;
  for (const SplitKind kind : run.splits())
    if (kind != run.reported()) pictures += static_cast<double>(run.split(kind).size());
  if (pictures * flops <= kAllSplitsFlops) return run.splits();
  console.note("doubtful labels are looked for in the {} split alone: the others would take long", to_string(run.reported()));
  return alone;
}

// ---- pictures

int64_t thumbnail_side(const Shape& shape, size_t pictures) {
  const int64_t longer = std::max(shape[0], shape[1]);
  return std::min<int64_t>(longer, pictures > 2000 ? 96 : pictures > 800 ? 128 : 192);
}

Json pictures_json(RunEvaluation& run, const std::vector<Place>& shown) {
  Json split = Json::array(), name = Json::array(), label = Json::array();
  std::vector<Image> images;
  const int64_t side = thumbnail_side(run.dataset().picture_shape(), shown.size());
  for (const Place& place : shown) {
    split.push_back(static_cast<int>(place.split));
    name.push_back(valid_utf8(run.picture_name(place.split, place.index)));
    label.push_back(label_of(run, place));
    images.push_back(reduced(image_of(run.split(place.split), place.index), side));
  }
  return {{"split", std::move(split)}, {"name", std::move(name)}, {"label", std::move(label)}, {"sheets", thumbnail_sheets(images, {.cell = side})}};
}

// All files of the data set, for a manifest; null where pictures have none.
Json files_json(RunEvaluation& run) {
  if (!run.has_files()) return {};
  std::vector<std::string> names;
  Json labels = Json::array(), splits = Json::array();
  for (const SplitKind kind : run.splits()) {
    const Split& split = run.split(kind);
    for (int64_t i = 0; i < split.size(); ++i) {
      names.push_back(valid_utf8(run.picture_name(kind, i)));
      labels.push_back(run.examples(kind).label(i));
      splits.push_back(static_cast<int>(kind));
    }
  }
  std::string folder = names.front();
  for (const std::string& name : names)
    folder.resize(static_cast<size_t>(std::mismatch(folder.begin(), folder.end(), name.begin(), name.end()).first - folder.begin()));
  folder.resize(folder.rfind('/') == std::string::npos ? 0 : folder.rfind('/') + 1);
  Json rest = Json::array();
  for (const std::string& name : names) rest.push_back(name.substr(folder.size()));
  return {{"folder", folder}, {"names", std::move(rest)}, {"labels", std::move(labels)}, {"splits", std::move(splits)}};
}

Json top_json(RunEvaluation& run, const std::vector<Place>& shown, int64_t top) {
  Json classes = Json::array(), probabilities = Json::array();
  for (const Place& place : shown) {
    const auto row = row_of(run, place);
    for (const int32_t c : top_classes(row, top)) {
      classes.push_back(c);
      probabilities.push_back(std::lround(10000 * static_cast<double>(row[static_cast<size_t>(c)])));
    }
  }
  return {{"classes", std::move(classes)}, {"probabilities", std::move(probabilities)}};
}

// ---- Grad-CAM

// Maps of pictures, a byte a cell; zeros where `wanted` is below 0.
Json maps_json(RunEvaluation& run, explain::Explainer& explainer, const std::vector<Place>& shown, const std::vector<int>& wanted) {
  const Shape& layer = run.model().graph().node(explainer.layer()).shape;
  const int64_t height = std::min(layer[0], kMapSide), width = std::min(layer[1], kMapSide), cells = height * width;
  const int64_t elements = run.model().input_shape().elements();
  std::vector<uint8_t> bytes(static_cast<size_t>(static_cast<int64_t>(wanted.size()) * cells));
  const explain::Method& method = explain::method_of("grad-cam", "method");
  std::vector<size_t> which;
  std::vector<int> classes;
  std::vector<float> pictures;
  const auto flush = [&] {
    const auto explanations = explainer.explain(method, pictures, classes);
    for (size_t k = 0; k < which.size(); ++k) {
      const explain::Map map = explain::resized(explain::normalised(explanations[k].map), height, width);
      uint8_t* dst = bytes.data() + which[k] * static_cast<size_t>(cells);
      for (const float x : map.values) *dst++ = static_cast<uint8_t>(std::lround(255 * x));
    }
    which.clear(), classes.clear(), pictures.clear();
  };
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] < 0) continue;
    which.push_back(i);
    classes.push_back(wanted[i]);
    pictures.resize(pictures.size() + static_cast<size_t>(elements));
    run.examples(shown[i].split).picture(shown[i].index, pictures.data() + pictures.size() - static_cast<size_t>(elements));
    if (which.size() == 32) flush();
  }
  if (!which.empty()) flush();
  return {{"height", height}, {"width", width}, {"data", base64(bytes)}};
}

// Of the predicted classes, and of the labels where these are others.
void add_maps(Json& predictions, RunEvaluation& run, const std::vector<Place>& shown, double flops, const CommonOptions& common, const Console& console) {
  const auto most = static_cast<size_t>(std::max(kMapFlops / (6 * std::max(flops, 1.0)), 32.0));
  if (most < shown.size()) console.note("Grad-CAM of the first {} of {} pictures of {}: the others would take long", most, shown.size(), run.record().name);
  explain::Explainer explainer(run.model(), {.threads = common.thread_count(), .lanes = common.lanes});
  std::vector<int> predicted, labels;
  for (size_t i = 0; i < std::min(most, shown.size()); ++i) {
    predicted.push_back(predicted_of(run, shown[i]));
    const int label = label_of(run, shown[i]);
    labels.push_back(label == predicted.back() ? -1 : label);
  }
  predictions["maps"] = maps_json(run, explainer, shown, predicted);
  predictions["label_maps"] = maps_json(run, explainer, shown, labels);
}

// ---- a run's own

Json history_json(const RunRecord& record) {
  std::vector<std::string> names = {"epoch"};
  for (const auto& [epoch, figures] : record.epochs)
    for (const auto& [name, value] : figures)
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  Json epochs = Json::array();
  for (const auto& [epoch, figures] : record.epochs) {
    Json row = {epoch};
    for (size_t k = 1; k < names.size(); ++k) {
      const auto value = record.figure(epoch, names[k]);
      row.push_back(value && std::isfinite(*value) ? Json(*value) : Json());
    }
    epochs.push_back(std::move(row));
  }
  return {{"names", names}, {"epochs", std::move(epochs)}};
}

History history_of(const RunRecord& record) {
  History history;
  for (const auto& [epoch, figures] : record.epochs) {
    EpochLogs logs;
    logs.epoch = epoch - 1;
    logs.loss = record.figure(epoch, "loss").value_or(NAN);
    logs.accuracy = record.figure(epoch, "accuracy").value_or(NAN);
    logs.val_loss = record.figure(epoch, "val_loss");
    logs.val_accuracy = record.figure(epoch, "val_accuracy");
    if (const auto exact = record.figure(epoch, "exact_accuracy")) logs.exact = {{"accuracy", *exact}};
    history.push_back(std::move(logs));
  }
  return history;
}

Json settings_json(const std::string& run) {
  Json settings = Json::object();
  for (const auto& [key, value] : read_config_file(run + "/config.toml"))
    if (!value.empty()) settings[key] = value;
  return settings;
}

Json environment_json(const std::string& run) {
  Json flat = Json::object();
  const std::string path = run + "/environment.json";
  if (!file_exists(path)) return flat;
  const Json environment = parse_json(read_file(path), path);
  for (const auto& [key, value] : environment.items()) {
    if (value.is_object())
      for (const auto& [inner, version] : value.items()) flat[inner] = version;
    else
      flat[key] = value;
  }
  return flat;
}

Json calibration_json(const Calibration& calibration) {
  Json bins = Json::array();
  for (const CalibrationBin& bin : calibration.bins) bins.push_back({bin.count, bin.confidence, bin.accuracy});
  return {{"bins", std::move(bins)}, {"ece", calibration.ece}, {"brier", calibration.brier}, {"nll", calibration.nll}};
}

Json report_json(const ClassificationReport& report) {
  const auto row = [](const ClassScores& scores) { return Json{scores.precision, scores.recall, scores.f1, scores.support}; };
  Json classes = Json::array();
  for (const ClassScores& scores : report.classes) classes.push_back(row(scores));
  return {{"classes", std::move(classes)}, {"macro", row(report.macro)}, {"weighted", row(report.weighted)}};
}

Json matrix_json(const ConfusionMatrix& confusion) {
  Json cells = Json::array();
  for (int truth = 0; truth < confusion.classes(); ++truth)
    for (int predicted = 0; predicted < confusion.classes(); ++predicted)
      if (const int64_t count = confusion.count(truth, predicted)) cells.push_back({truth, predicted, count});
  return cells;
}

// Why figures may be better than they should be.
std::string warning_of(const RunEvaluation& run) {
  const bool test_validates = run.arguments().data.validation == "test";
  if (run.reported() == SplitKind::train) return "There are no other pictures: these are figures of the pictures that the model was trained on.";
  if (run.reported() == SplitKind::validation || test_validates)
    return fmt::format("The {} pictures chose the epoch (and whatever else was tried on them): figures on them are optimistic.", test_validates ? "test" : "validation");
  return "";
}

Json run_json(RunEvaluation& run, const ModelCost& cost) {
  const RunRecord& record = run.record();
  const SplitKind kind = run.reported();
  const Evaluation& evaluation = run.evaluation(kind);
  const TestResult result = test_result(evaluation, run.class_names());
  Model& model = run.model();
  const bool validated = record.figure(record.best_epoch, "val_loss").has_value();
  return {{"name", valid_utf8(record.name)},
          {"key", fmt::format("{}-{}", valid_utf8(record.name), run.dataset().hash)},
          {"command", valid_utf8(fmt::format("fovea train --config {}/config.toml", record.path))},
          {"began", day_and_time(record.began)},
          {"time", duration(record.seconds)},
          {"model", {{"name", valid_utf8(record.model)},
                     {"parameters", model.parameters().count(false, model.graph())},
                     {"trainable", model.parameters().count(true, model.graph())},
                     {"cost", fmt::format("{} a picture forward, {} for a training step of {}", readable_flops(cost.forward_flops),
                                          readable_size(static_cast<double>(cost.training_bytes())), cost.batch)},
                     {"summary", valid_utf8(summary_table(model))}}},
          {"data", {{"name", valid_utf8(run.dataset().name)}}},
          {"settings", settings_json(record.path)},
          {"environment", environment_json(record.path)},
          {"history", history_json(record)},
          {"best_epoch", record.best_epoch},
          {"monitor", run.arguments().checkpoint_options(validated).monitor},
          {"gap", gap_in_words(history_of(record))},
          {"split", to_string(kind)},
          {"split_size", run.split(kind).size()},
          {"warning", warning_of(run)},
          {"figures", {{"loss", result.loss}, {"accuracy", result.accuracy}, {"top5", result.top5}}},
          {"report", report_json(result.report)},
          {"matrix", matrix_json(result.confusion)},
          {"calibration", calibration_json(calibration(evaluation.probabilities, model.classes(), evaluation.labels))}};
}

bool cut_alike(const RunEvaluation& a, const RunEvaluation& b) { return a.dataset().cut == b.dataset().cut; }

void check_alike(const std::vector<std::unique_ptr<RunEvaluation>>& runs) {
  const RunEvaluation& first = *runs.front();
  for (const auto& run : runs) {
    if (run->dataset().hash != first.dataset().hash)
      throw usage_error(run->record().path, "has other data than {}: only runs of the same pictures can be compared", first.record().path);
    if (run->class_names() != first.class_names())
      throw usage_error(run->record().path, "has other classes than {}: such runs cannot be compared", first.record().path);
    if (!cut_alike(*run, first) && (run->reported() != SplitKind::test || first.reported() != SplitKind::test))
      throw usage_error(run->record().path, "was validated with other pictures than {}: only runs of the same pictures can be compared", first.record().path);
  }
}

// Pictures that one run gets right and another wrong.
std::vector<Place> disagreements(const std::vector<std::unique_ptr<RunEvaluation>>& runs, size_t most) {
  const SplitKind kind = runs.front()->reported();
  std::vector<Place> places;
  for (int64_t i = 0; i < runs.front()->split(kind).size() && places.size() < most; ++i) {
    const Place place = {kind, i};
    std::set<bool> right;
    for (const auto& run : runs) right.insert(predicted_of(*run, place) == label_of(*run, place));
    if (right.size() > 1) places.push_back(place);
  }
  return places;
}

}  // namespace

Json report_data(const std::vector<std::unique_ptr<RunEvaluation>>& runs, const ReportOptions& options, const Console& console) {
  check_alike(runs);
  RunEvaluation& first = *runs.front();
  const SplitKind kind = first.reported();
  const int64_t classes = first.model().classes(), top = std::min(kTop, classes);
  std::vector<ModelCost> costs;
  for (const auto& run : runs) costs.push_back(cost_of(run->model()));

  std::vector<Place> shown;
  std::set<Place> known;
  const auto show = [&](const Place& place) {
    if (known.insert(place).second) shown.push_back(place);
  };
  const Evaluation& evaluation = first.evaluation(kind);
  for (const int64_t i : chosen_pictures(evaluation.probabilities, classes, evaluation.labels, {.mistakes = options.mistakes})) show({kind, i});
  if (runs.size() > 1)
    for (const Place& place : disagreements(runs, 1500)) show(place);
  // Of runs that were cut differently only the test pictures are the same.
  const bool all_alike = std::all_of(runs.begin(), runs.end(), [&](const auto& run) { return cut_alike(*run, first); });
  if (!all_alike) console.note("the runs were validated with different pictures: those of the test split alone are shown");
  const std::vector<SplitKind> looked_at = splits_looked_at(first, costs.front().forward_flops, options.label_errors && all_alike, console);
  const std::vector<Doubt> doubts = doubts_of(first, looked_at);
  const Shape shape = first.dataset().picture_shape();
  const size_t doubted = std::min(doubts.size(), std::max(shape[0], shape[1]) <= 64 ? kDoubts : kDoubts / 5);
  for (size_t k = 0; k < doubted; ++k) show(doubts[k].place);

  Json all = Json::array();
  for (size_t r = 0; r < runs.size(); ++r) {
    Json run = run_json(*runs[r], costs[r]);
    run["predictions"]["top"] = top_json(*runs[r], shown, top);
    if (options.maps) add_maps(run["predictions"], *runs[r], shown, costs[r].forward_flops, options.common, console);
    all.push_back(std::move(run));
  }
  std::map<Place, size_t> at;
  for (size_t i = 0; i < shown.size(); ++i) at[shown[i]] = i;
  Json label_errors = {{"pictures", Json::array()}, {"suggested", Json::array()}, {"found", doubts.size()}, {"splits", looked_at.size()}};
  for (size_t k = 0; k < doubted; ++k) {
    label_errors["pictures"].push_back(at.at(doubts[k].place));
    label_errors["suggested"].push_back(doubts[k].suggested);
  }
  all[0]["label_errors"] = std::move(label_errors);

  // What they say together, where there are several.
  Json together;
  if (runs.size() > 1) {
    std::vector<ensemble::Table> tables;
    for (const auto& run : runs) tables.push_back(run->evaluation(kind).probabilities);
    const ensemble::Table mean = ensemble::combined(tables, classes, ensemble::Combination::mean);
    const Calibration of_mean = calibration(mean, classes, evaluation.labels);
    const ensemble::Diversity differ = ensemble::diversity(tables, classes, evaluation.labels);
    together = {{"accuracy", accuracy(predicted_classes(mean, classes), evaluation.labels)},
                {"loss", of_mean.nll},
                {"ece", of_mean.ece},
                {"disagreement", differ.disagreement},
                {"oracle_accuracy", differ.oracle_accuracy}};
  }

  std::string title = options.title;
  if (title.empty())
    for (const auto& run : runs) title += (title.empty() ? "" : ", ") + run->record().name;
  Json names = Json::array();
  for (const std::string& name : first.class_names()) names.push_back(one_line(valid_utf8(name)));
  return {{"title", valid_utf8(title)}, {"made_by", std::string("fovea ") + kVersion}, {"classes", std::move(names)}, {"top", top},
          {"runs", std::move(all)}, {"pictures", pictures_json(first, shown)}, {"files", files_json(first)},
          {"ensemble", std::move(together)}};
}

}  // namespace fovea::app
