// The confusion matrix as a heat map: see confusion_matrix.h.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fovea/report/confusion_matrix.h"
#include "fovea/report/svg.h"
#include "fovea/report/text.h"

namespace fovea {
namespace {

constexpr int kCountsUntil = 20;    // classes: above, cells are too small for their counts
constexpr double kCharacter = 6.6;  // width of an average character at 12 px, with some room
constexpr size_t kNameLength = 24;  // characters of a name on an axis

// One hue whose strength grows with the square root of the share: an error of 2 % of a class is still seen.
double strength(double share) { return std::sqrt(share); }

// On light paper dark ink reads well up to this strength, white ink from there on.
constexpr double kWhiteInk = 0.78;

struct Places {
  double cell = 0, left = 0, top = 0, size = 0;  // of the square of cells
  int step = 1;                                  // every step-th class is named on the axes
  std::vector<std::string> names;                // as the axes show them
  double below = 0;                              // height of the slanted names under the cells
};

Places places_of(const ConfusionMatrix& matrix) {
  Places places;
  const int n = matrix.classes();
  int64_t largest = 0;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) largest = std::max(largest, matrix.count(i, j));
  if (n <= kCountsUntil)
    places.cell = std::max(n <= 5 ? 72.0 : 40.0, 12 + 7.2 * static_cast<double>(std::to_string(largest).size()));
  else
    places.cell = n <= 60 ? 17 : std::max(1020.0 / n, 1.0);
  places.step = static_cast<int>(std::ceil(13 / places.cell));
  size_t longest = 0;
  for (const std::string& name : matrix.names()) {
    places.names.push_back(shortened(one_line(name), kNameLength));
    longest = std::max(longest, count_characters(places.names.back()));
  }
  const double reach = kCharacter * static_cast<double>(longest);
  places.size = places.cell * n;
  places.left = 44 + reach;
  places.top = 48;
  places.below = 0.71 * reach + 22;
  return places;
}

void draw_cells(Svg& svg, const ConfusionMatrix& matrix, const Places& places) {
  const bool counts = matrix.classes() <= kCountsUntil;
  const double gap = counts ? 1 : 0;
  for (int i = 0; i < matrix.classes(); ++i) {
    const int64_t total = matrix.true_total(i);
    for (int j = 0; j < matrix.classes(); ++j) {
      const int64_t count = matrix.count(i, j);
      if (count == 0 && !counts) continue;
      const double share = total == 0 ? 0 : static_cast<double>(count) / static_cast<double>(total);
      const double x = places.left + places.cell * j, y = places.top + places.cell * i;
      if (count > 0)
        svg.titled("rect",
                   {{"class", "heat"},
                    {"x", x + gap / 2},
                    {"y", y + gap / 2},
                    {"width", places.cell - gap},
                    {"height", places.cell - gap},
                    {"fill-opacity", strength(share)}},
                   fmt::format("true {}, predicted {}: {} ({:.1f} % of the true class)", matrix.name(i), matrix.name(j),
                               count, 100 * share));
      if (counts)
        svg.text(x + places.cell / 2, y + places.cell / 2 + 4, std::to_string(count),
                 {{"class", strength(share) > kWhiteInk ? "count strong"
                            : count == 0                ? "count faint"
                                                        : "count ink"}});
    }
  }
}

void draw_axes(Svg& svg, const ConfusionMatrix& matrix, const Places& places) {
  svg.element(
      "rect",
      {{"class", "rule"}, {"x", places.left}, {"y", places.top}, {"width", places.size}, {"height", places.size}});
  const double bottom = places.top + places.size;
  for (int i = 0; i < matrix.classes(); i += places.step) {
    const double middle = places.cell * (i + 0.5);
    const std::string& name = places.names[static_cast<size_t>(i)];
    svg.text(places.left - 8, places.top + middle + 4, name, {{"class", "ink row"}});
    const double x = places.left + middle + 4, y = bottom + 14;
    svg.text(x, y, name,
             {{"class", "ink row"}, {"transform", fmt::format("rotate(-45 {} {})", svg_number(x), svg_number(y))}});
  }
  const double middle = places.top + places.size / 2;
  svg.text(16, middle, "true class",
           {{"class", "faint axis"}, {"transform", fmt::format("rotate(-90 16 {})", svg_number(middle))}});
  svg.text(places.left + places.size / 2, bottom + places.below + 12, "predicted class", {{"class", "faint axis"}});
}

// The scale of the colours, right of the cells.
void draw_scale(Svg& svg, const Places& places) {
  constexpr int kSteps = 40;
  const double x = places.left + places.size + 20, height = std::min(places.size, 220.0), step = height / kSteps;
  for (int i = 0; i < kSteps; ++i)
    svg.element("rect", {{"class", "heat"},
                         {"x", x},
                         {"y", places.top + height - step * (i + 1)},
                         {"width", 12},
                         {"height", step},
                         {"fill-opacity", strength((i + 0.5) / kSteps)}});
  svg.element("rect", {{"class", "rule"}, {"x", x}, {"y", places.top}, {"width", 12}, {"height", height}});
  for (const int percent : {0, 25, 50, 75, 100})
    svg.text(x + 18, places.top + height * (1 - percent / 100.0) + 4, fmt::format("{} %", percent),
             {{"class", "faint small"}});
  svg.text(x, places.top - 10, "of true class", {{"class", "faint small"}});
}

}  // namespace

std::string confusion_matrix_svg(const ConfusionMatrix& matrix) {
  const Places places = places_of(matrix);
  const int64_t total = matrix.total();
  const double percent = total == 0 ? 0 : 100.0 * static_cast<double>(matrix.correct()) / static_cast<double>(total);
  const std::string right = fmt::format("{} of {} pictures correct ({:.1f} %)", matrix.correct(), total, percent);
  Svg svg({.width = std::max(places.left + places.size + 100, places.left + 350),
           .height = places.top + places.size + places.below + 28,
           .title = "Confusion matrix of " + std::to_string(matrix.classes()) + " classes",
           .description =
               right + ". Rows are true classes, columns are predicted classes; colour is the share of the true class.",
           .style =
               ".heat{fill:#1d5fa8;shape-rendering:crispEdges}.strong{fill:#ffffff}.count{text-anchor:middle}.row{text-"
               "anchor:end}\n"
               ".axis{text-anchor:middle;font-size:13px}.small{font-size:11px}.head{font-size:14px;font-weight:600}\n"
               "@media (prefers-color-scheme:dark){.heat{fill:#2f7fd0}}\n"});
  svg.text(places.left, 22, right, {{"class", "ink head"}});
  draw_cells(svg, matrix, places);
  draw_axes(svg, matrix, places);
  draw_scale(svg, places);
  return svg.finish();
}

}  // namespace fovea
