// How often each class was taken for which: the counts behind every figure of a report.
#pragma once

#include <cassert>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fovea/base/json.h"

namespace fovea {

class ConfusionMatrix {
 public:
  // All counts zero. `names` has one name a class, or none at all: the classes are then called 0, 1, …
  // Throws Error (usage) where their number differs. Bytes of a name that are not UTF-8 become U+FFFD.
  explicit ConfusionMatrix(int classes, std::vector<std::string> names = {});

  // Labels are indices of classes: the caller has checked them.
  void add(int truth, int predicted, int64_t count = 1) {
    assert(truth >= 0 && truth < classes() && "a true label is the index of a class");
    assert(predicted >= 0 && predicted < classes() && "a predicted label is the index of a class");
    counts_[at(truth, predicted)] += count;
  }
  void add(std::span<const int32_t> truth, std::span<const int32_t> predicted);

  int classes() const { return static_cast<int>(names_.size()); }
  const std::vector<std::string>& names() const { return names_; }
  const std::string& name(int index) const { return names_[static_cast<size_t>(index)]; }
  int64_t count(int truth, int predicted) const { return counts_[at(truth, predicted)]; }

  int64_t total() const;
  int64_t correct() const;                       // the diagonal
  int64_t true_total(int truth) const;           // pictures of this class
  int64_t predicted_total(int predicted) const;  // pictures taken for this class

  // Rows are true classes: [[count, …], …].
  Json json() const;

 private:
  size_t at(int truth, int predicted) const {
    return static_cast<size_t>(truth) * names_.size() + static_cast<size_t>(predicted);
  }

  std::vector<std::string> names_;
  std::vector<int64_t> counts_;
};

// The first line names the predicted classes, the first field of each further line the true class; fields quoted as
// RFC 4180 says where they need it, lines end with "\n".
std::string confusion_matrix_csv(const ConfusionMatrix& matrix);

struct ConfusionTextOptions {
  int columns = 80;      // width of the terminal
  int whole_until = 30;  // more classes than this: only the most confused pairs
  int pairs = 20;        // as many of them
};

// For a terminal. Column heads are the names where these fit, else the numbers that stand before the rows' names; what
// is still too wide is printed in blocks of columns.
std::string confusion_matrix_text(const ConfusionMatrix& matrix, ConfusionTextOptions options = {});

// A heat map: colour is the share of the true class, up to 20 classes have their counts in the cells.
std::string confusion_matrix_svg(const ConfusionMatrix& matrix);

}  // namespace fovea
