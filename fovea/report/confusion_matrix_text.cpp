// The confusion matrix for a terminal: see confusion_matrix.h.
#include <algorithm>

#include "fovea/report/confusion_matrix.h"
#include "fovea/report/text.h"

#include <fmt/format.h>

namespace fovea {
namespace {

constexpr size_t kGap = 2;  // spaces between columns

// A table of counts: row heads on the left, column heads above, as many columns a block as the width allows.
struct Table {
  std::vector<std::string> row_heads, column_heads;
  std::vector<size_t> widths{};  // of the columns, without the gap
  size_t head_width = 0;
  size_t columns = 80;

  size_t width() const {
    size_t sum = head_width;
    for (const size_t w : widths) sum += kGap + w;
    return sum;
  }

  std::string block(const ConfusionMatrix& matrix, size_t begin, size_t end) const {
    std::string text = std::string(head_width, ' ');
    for (size_t j = begin; j < end; ++j) text += std::string(kGap, ' ') + right_aligned(column_heads[j], widths[j]);
    text += '\n';
    for (size_t i = 0; i < row_heads.size(); ++i) {
      text += left_aligned(row_heads[i], head_width);
      for (size_t j = begin; j < end; ++j) {
        const int64_t count = matrix.count(static_cast<int>(i), static_cast<int>(j));
        text += std::string(kGap, ' ') + right_aligned(std::to_string(count), widths[j]);
      }
      text += '\n';
    }
    return text;
  }

  std::string text(const ConfusionMatrix& matrix) const {
    std::string text;
    for (size_t begin = 0; begin < widths.size();) {
      size_t end = begin, used = head_width;
      while (end < widths.size() && (end == begin || used + kGap + widths[end] <= columns))
        used += kGap + widths[end++];
      if (begin > 0) text += '\n';
      text += block(matrix, begin, end);
      begin = end;
    }
    return text;
  }
};

// Heads as given, each column as wide as its head and its counts need.
Table table_with(const ConfusionMatrix& matrix, std::vector<std::string> row_heads,
                 std::vector<std::string> column_heads, size_t columns) {
  Table table{.row_heads = std::move(row_heads), .column_heads = std::move(column_heads), .columns = columns};
  for (int j = 0; j < matrix.classes(); ++j) {
    size_t width = count_characters(table.column_heads[static_cast<size_t>(j)]);
    for (int i = 0; i < matrix.classes(); ++i) width = std::max(width, std::to_string(matrix.count(i, j)).size());
    table.widths.push_back(width);
  }
  for (const std::string& head : table.row_heads) table.head_width = std::max(table.head_width, count_characters(head));
  return table;
}

std::string whole_matrix(const ConfusionMatrix& matrix, size_t columns) {
  std::vector<std::string> names, numbers, numbered;
  const size_t digits = std::to_string(matrix.classes() - 1).size();
  for (int i = 0; i < matrix.classes(); ++i) {
    const std::string number = std::to_string(i),
                      name = shortened(one_line(matrix.name(i)), std::max<size_t>(columns / 3, 8));
    names.push_back(name);
    numbers.push_back(number);
    numbered.push_back(name == number ? number : right_aligned(number, digits) + " " + name);
  }
  Table table = table_with(matrix, names, names, columns);
  const bool by_number = table.width() > columns;
  if (by_number) table = table_with(matrix, numbered, numbers, columns);
  return fmt::format("Confusion matrix: rows are true classes, columns are predicted classes{}.\n\n",
                     by_number ? " by number" : "") +
         table.text(matrix);
}

struct Confusion {
  int truth, predicted;
  int64_t count;
};

// What was confused, most often first; equal counts in the order of the classes.
std::vector<Confusion> confusions(const ConfusionMatrix& matrix) {
  std::vector<Confusion> found;
  for (int i = 0; i < matrix.classes(); ++i)
    for (int j = 0; j < matrix.classes(); ++j)
      if (i != j && matrix.count(i, j) > 0) found.push_back({i, j, matrix.count(i, j)});
  std::stable_sort(found.begin(), found.end(),
                   [](const Confusion& a, const Confusion& b) { return a.count > b.count; });
  return found;
}

std::string most_confused(const ConfusionMatrix& matrix, ConfusionTextOptions options) {
  std::vector<Confusion> pairs = confusions(matrix);
  const size_t all = pairs.size();
  pairs.resize(std::min(all, static_cast<size_t>(std::max(options.pairs, 0))));
  std::string text = fmt::format("Confusion matrix: {} of {} pictures correct, {} classes; ", matrix.correct(),
                                 matrix.total(), matrix.classes());
  if (pairs.empty()) return text + "no two classes were confused.\n";
  text += fmt::format("the most confused of {} pairs are:\n\n", all);

  const std::string count_head = "count", share_head = "share of true class", true_head = "true class";
  size_t count_width = count_head.size(), true_width = true_head.size();
  // Two names share what is left of the line.
  const auto columns = static_cast<size_t>(std::max(options.columns, 0));
  const size_t fixed = count_width + share_head.size() + 3 * kGap;
  const size_t name_width = std::max<size_t>((columns > fixed ? columns - fixed : 0) / 2, 16);
  const auto name = [&](int index) { return shortened(one_line(matrix.name(index)), name_width); };
  for (const Confusion& pair : pairs) {
    count_width = std::max(count_width, std::to_string(pair.count).size());
    true_width = std::max(true_width, count_characters(name(pair.truth)));
  }
  const std::string gap(kGap, ' ');
  text += right_aligned(count_head, count_width) + gap + share_head + gap + left_aligned(true_head, true_width) + gap +
          "predicted class\n";
  for (const Confusion& pair : pairs) {
    const double share = 100.0 * static_cast<double>(pair.count) / static_cast<double>(matrix.true_total(pair.truth));
    text += right_aligned(std::to_string(pair.count), count_width) + gap +
            right_aligned(fmt::format("{:.1f} %", share), share_head.size()) + gap +
            left_aligned(name(pair.truth), true_width) + gap + name(pair.predicted) + '\n';
  }
  return text;
}

}  // namespace

std::string confusion_matrix_text(const ConfusionMatrix& matrix, ConfusionTextOptions options) {
  if (matrix.classes() > options.whole_until) return most_confused(matrix, options);
  return whole_matrix(matrix, static_cast<size_t>(std::max(options.columns, 0)));
}

}  // namespace fovea
