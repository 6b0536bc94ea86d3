// What an evaluation says: loss, accuracy, top-5, confusion matrix, scikit-learn's report.
#pragma once

#include <string>
#include <vector>

#include "fovea/data/dataset.h"
#include "fovea/model/model.h"
#include "fovea/report/classification_report.h"
#include "fovea/report/confusion_matrix.h"
#include "fovea/train/trainer.h"

namespace fovea::app {

struct TestResult {
  double loss = 0, accuracy = 0, top5 = 0;
  Figures metrics = {};  // those asked for
  ConfusionMatrix confusion;
  ClassificationReport report;

  Json json() const;
  std::string text(int columns) const;
};

// All the model's classes; they bear the model's names, else the data's, else their numbers.
std::vector<std::string> names_of_classes(const Model& model, const Dataset& dataset);
TestResult test_result(const Evaluation& evaluation, const std::vector<std::string>& names);

}  // namespace fovea::app
