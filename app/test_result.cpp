#include "app/test_result.h"

#include "app/numbers.h"
#include "fovea/report/metrics.h"

namespace fovea::app {

Json TestResult::json() const {
  Json json = {{"loss", loss},
               {"accuracy", accuracy},
               {"top5", top5},
               {"confusion_matrix", confusion.json()},
               {"classes", confusion.names()},
               {"report", report.text()},
               {"report_dict", report.dict()}};
  for (const auto& [name, value] : metrics) json["metrics"][name] = value;
  return json;
}

std::string TestResult::text(int columns) const {
  std::string figures = fmt::format("loss {}  accuracy {}  top-5 {}", figure(loss), figure(accuracy), figure(top5));
  for (const auto& [name, value] : metrics) figures += fmt::format("  {} {}", name, figure(value));
  return fmt::format("{}\n\n{}\n{}", figures, report.text(), confusion_matrix_text(confusion, {.columns = columns}));
}

std::vector<std::string> names_of_classes(const Model& model, const Dataset& dataset) {
  if (!model.info.class_names.empty()) return model.info.class_names;
  std::vector<std::string> names;
  for (int64_t c = 0; c < model.classes(); ++c)
    names.push_back(c < dataset.classes ? dataset.class_name(c) : std::to_string(c));
  return names;
}

TestResult test_result(const Evaluation& evaluation, const std::vector<std::string>& names) {
  const auto classes = static_cast<int64_t>(names.size());
  ConfusionMatrix confusion(static_cast<int>(classes), names);
  const auto predicted = predicted_classes(evaluation.probabilities, classes);
  confusion.add(evaluation.labels, predicted);
  return {.loss = evaluation.loss,
          .accuracy = accuracy(predicted, evaluation.labels),
          .top5 = top_k_accuracy(evaluation.probabilities, classes, evaluation.labels, 5),
          .metrics = evaluation.metrics,
          .confusion = confusion,
          .report = classification_report(confusion)};
}

}  // namespace fovea::app
