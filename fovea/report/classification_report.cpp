#include "fovea/report/classification_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "fovea/base/error.h"
#include "fovea/report/text.h"

namespace fovea {
namespace {

double ratio(int64_t numerator, int64_t denominator) {
  return denominator == 0 ? 0.0 : static_cast<double>(numerator) / static_cast<double>(denominator);
}

// numpy adds in this order (pairwise, eight at a time): a mean that falls on the edge of a rounding prints the same.
double numpy_sum(std::span<const double> x) {
  if (x.size() < 8) {
    double sum = 0;
    for (const double value : x) sum += value;
    return sum;
  }
  if (x.size() > 128) {
    const size_t half = x.size() / 2 - x.size() / 2 % 8;
    return numpy_sum(x.first(half)) + numpy_sum(x.subspan(half));
  }
  double r[8];
  std::copy_n(x.begin(), 8, r);
  size_t i = 8;
  for (; i + 8 <= x.size(); i += 8)
    for (size_t lane = 0; lane < 8; ++lane) r[lane] += x[i + lane];
  double sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
  for (; i < x.size(); ++i) sum += x[i];
  return sum;
}

// The mean of one figure over the classes, plain or weighted by support.
double mean(const std::vector<ClassScores>& classes, double ClassScores::*figure, bool by_support) {
  std::vector<double> terms;
  int64_t weights = 0;
  for (const ClassScores& scores : classes) {
    const int64_t weight = by_support ? scores.support : 1;
    terms.push_back(scores.*figure * static_cast<double>(weight));
    weights += weight;
  }
  return numpy_sum(terms) / static_cast<double>(weights);
}

Json score_dict(const ClassScores& scores) {
  return {{"precision", scores.precision},
          {"recall", scores.recall},
          {"f1-score", scores.f1},
          {"support", static_cast<double>(scores.support)}};
}

}  // namespace

ClassificationReport classification_report(const ConfusionMatrix& matrix) {
  const int64_t total = matrix.total();
  if (total == 0)
    throw failed_error("classification report", "there are no pictures to report on (got 0, expected at least 1)");
  ClassificationReport report{.names = matrix.names()};
  for (int i = 0; i < matrix.classes(); ++i) {
    const int64_t hits = matrix.count(i, i), truth = matrix.true_total(i), predicted = matrix.predicted_total(i);
    report.classes.push_back({.precision = ratio(hits, predicted),
                              .recall = ratio(hits, truth),
                              .f1 = ratio(2 * hits, truth + predicted),
                              .support = truth});
  }
  report.accuracy = ratio(matrix.correct(), total);
  for (const bool by_support : {false, true}) {
    ClassScores& average = by_support ? report.weighted : report.macro;
    for (double ClassScores::*figure : {&ClassScores::precision, &ClassScores::recall, &ClassScores::f1})
      average.*figure = mean(report.classes, figure, by_support);
    average.support = total;
  }
  return report;
}

std::string ClassificationReport::text(int digits) const {
  if (digits < 0 || digits > 100)
    throw usage_error("digits", "decimals of a figure (got {}, expected 0 to 100)", digits);
  size_t width = std::max<size_t>(std::string_view("weighted avg").size(), static_cast<size_t>(digits));
  for (const std::string& name : names) width = std::max(width, count_characters(name));

  // Where no picture at all is right, scikit-learn's counts are floats, and it prints "3.0".
  const char* const point = accuracy == 0 ? ".0" : "";
  const auto support = [&](const ClassScores& scores) { return fmt::format("{}{}", scores.support, point); };
  const auto row = [&](std::string_view name, const ClassScores& scores) {
    return fmt::format("{}  {:>9.{}f} {:>9.{}f} {:>9.{}f} {:>9}\n", right_aligned(name, width), scores.precision,
                       digits, scores.recall, digits, scores.f1, digits, support(scores));
  };
  std::string text =
      fmt::format("{:{}}  {:>9} {:>9} {:>9} {:>9}\n\n", "", width, "precision", "recall", "f1-score", "support");
  for (size_t i = 0; i < classes.size(); ++i) text += row(names[i], classes[i]);
  text += fmt::format("\n{}  {:>9} {:>9} {:>9.{}f} {:>9}\n", right_aligned("accuracy", width), "", "", accuracy, digits,
                      support(macro));
  return text + row("macro avg", macro) + row("weighted avg", weighted);
}

Json ClassificationReport::dict() const {
  Json dict;
  for (size_t i = 0; i < classes.size(); ++i) dict[names[i]] = score_dict(classes[i]);
  dict["accuracy"] = accuracy;
  dict["macro avg"] = score_dict(macro);
  dict["weighted avg"] = score_dict(weighted);
  return dict;
}

}  // namespace fovea
