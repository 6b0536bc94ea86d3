// Precision, recall and F1 of every class: scikit-learn's classification_report, to the character and to the bit.
//
//   precision = tp / predicted     recall = tp / true     f1 = 2 tp / (true + predicted)     0 where that divides by 0
//
// All classes of the matrix are listed, as with labels=range(classes), zero_division=0 in scikit-learn 1.3 and later.
#pragma once

#include <string>
#include <vector>

#include "fovea/base/json.h"
#include "fovea/report/confusion_matrix.h"

namespace fovea {

struct ClassScores {
  double precision = 0, recall = 0, f1 = 0;
  int64_t support = 0;  // pictures of the class
};

struct ClassificationReport {
  std::vector<std::string> names{};
  std::vector<ClassScores> classes{};
  double accuracy = 0;
  ClassScores macro{}, weighted{};  // plain mean, mean weighted by support

  std::string text(int digits = 2) const;
  // scikit-learn's output_dict: support is a float, accuracy a bare number.
  Json dict() const;
};

// Throws Error (failed) where the matrix counts no picture, as scikit-learn does.
ClassificationReport classification_report(const ConfusionMatrix& matrix);

}  // namespace fovea
