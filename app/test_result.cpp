#include "app/test_result.h"

#include "app/numbers.h"
#include "fovea/report/metrics.h"

namespace fovea::app {

Json TestResult::json() const {
  return {{"loss", loss},
          {"accuracy", accuracy},
          {"top5", top5},
          {"confusion_matrix", confusion.json()},
          {"classes", confusion.names()},
          {"report", report.text()},
          {"report_dict", report.dict()}};
}

std::string TestResult::text(int columns) const {
  return fmt::format("loss {}  accuracy {}  top-5 {}\n\n{}\n{}", figure(loss), figure(accuracy), figure(top5),
                     report.text(), confusion_matrix_text(confusion, {.columns = columns}));
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
          .confusion = confusion,
          .report = classification_report(confusion)};
}

}  // namespace fovea::app
