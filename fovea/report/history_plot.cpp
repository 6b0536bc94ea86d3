#include "fovea/report/history_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cctype>
#include <cmath>

#include "fovea/report/svg.h"
#include "fovea/report/text.h"

namespace fovea {
namespace {

constexpr double kPanelWidth = 400, kPlotHeight = 240, kLeft = 58, kRight = 18, kTop = 112, kBottom = 52;
constexpr double kRow = kPlotHeight + kBottom + 34;  // from one row of panels to the next
constexpr size_t kInARow = 3;
constexpr int kDotsUntil = 40;  // epochs: above, dots on a line touch

struct Curve {
  std::string_view css;
  std::string name;
  const std::vector<double>& values;
};

struct Panel {
  std::string title;
  std::vector<Curve> curves;
  double x = 0, y = 0;     // left and upper edge of the plot's area
  double most = INFINITY;  // what no value can exceed
  bool decades = false;

  double place(double value) const { return decades ? std::log10(value) : value; }
};

// Positions of one panel's numbers on the picture.
struct Scale {
  double left = 0, right = 0, top = 0;  // of the plot's area
  double first = 0, last = 1, low = 0, high = 1;

  double x(double epoch) const { return left + (right - left) * (epoch - first) / (last - first); }
  double y(double place) const { return top + kPlotHeight * (high - place) / (high - low); }
};

size_t epochs_of(const HistoryPlot& history) {
  size_t epochs = 0;
  for (const HistoryPanel& panel : history.panels)
    epochs = std::max({epochs, panel.train.size(), panel.validation.size(), panel.exact.size()});
  return epochs;
}

bool any_finite(const std::vector<double>& values) {
  return std::any_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

// By decades where that is asked for, can be, and the values differ by more than one.
bool by_decades(const HistoryPanel& panel) {
  double low = INFINITY, high = 0;
  for (const std::vector<double>* curve : {&panel.train, &panel.validation, &panel.exact})
    for (const double value : *curve)
      if (std::isfinite(value)) {
        low = std::min(low, value);
        high = std::max(high, value);
      }
  return panel.decades && low > 0 && high >= 10 * low;
}

// The tick's text, with as many decimals as its step needs.
std::string tick_text(const Panel& panel, double tick, double step) {
  if (panel.decades) return fmt::format("1e{:.0f}", tick);
  if (std::abs(tick) >= 1e6 || step < 1e-5) return fmt::format("{:.3g}", tick);
  int decimals = 0;
  for (double rest = step; decimals < 6 && std::abs(rest - std::round(rest)) > 1e-6 * rest; rest *= 10) ++decimals;
  return fmt::format("{:.{}f}", tick, decimals);
}

std::vector<double> value_ticks(const Panel& panel) {
  double low = INFINITY, high = -INFINITY;
  for (const Curve& curve : panel.curves)
    for (const double value : curve.values)
      if (std::isfinite(value)) {
        low = std::min(low, panel.place(value));
        high = std::max(high, panel.place(value));
      }
  if (panel.decades) {
    std::vector<double> ticks;
    const double begin = std::floor(low + 1e-9), end = std::ceil(high - 1e-9), step = std::ceil((end - begin) / 6);
    for (double tick = begin; ticks.empty() || ticks.back() < end; tick += step) ticks.push_back(tick);
    return ticks;
  }
  if (low > high) return nice_ticks(0, 1, 5);
  // A flat line stands in the middle.
  if (high - low <= 1e-9 * std::abs(high)) {
    const double room = high == 0 ? 1 : 0.05 * std::abs(high);
    return nice_ticks(low - room, std::min(high + room, panel.most), 5);
  }
  return nice_ticks(low, high, 5);
}

Scale scale_of(const Panel& panel, const std::vector<double>& ticks, int first, int last) {
  // One epoch stands in the middle of the axis.
  const double room = first == last ? 1 : 0;
  return {.left = panel.x + kLeft,
          .right = panel.x + kPanelWidth - kRight,
          .top = panel.y,
          .first = first - room,
          .last = last + room,
          .low = ticks.front(),
          .high = ticks.back()};
}

void draw_frame(Svg& svg, const Panel& panel, const Scale& scale, const std::vector<double>& ticks, int first,
                int last) {
  const double bottom = scale.top + kPlotHeight;
  svg.text(scale.left, scale.top - 14, panel.title, {{"class", "ink panel"}});
  for (const double tick : ticks) {
    const double y = scale.y(tick);
    svg.element("path",
                {{"class", "rule"},
                 {"d", fmt::format("M{} {}H{}", svg_number(scale.left), svg_number(y), svg_number(scale.right))}});
    svg.text(scale.left - 8, y + 4, tick_text(panel, tick, ticks[1] - ticks[0]), {{"class", "faint end"}});
  }
  for (const double tick : nice_ticks(first, last, 8)) {
    const double epoch = std::round(tick);
    if (epoch != tick || epoch < first || epoch > last) continue;
    const double x = scale.x(epoch);
    svg.element("path", {{"class", "rule"}, {"d", fmt::format("M{} {}v5", svg_number(x), svg_number(bottom))}});
    svg.text(x, bottom + 19, fmt::format("{:.0f}", epoch), {{"class", "faint middle"}});
  }
  svg.text((scale.left + scale.right) / 2, bottom + 40, "epoch", {{"class", "faint middle"}});
}

// A line through the finite values; values that are not finite leave a gap.
void draw_curve(Svg& svg, const Panel& panel, const Curve& curve, const Scale& scale, int first) {
  std::string path;
  bool pen_down = false;
  const bool dots = curve.values.size() <= kDotsUntil;
  const auto point = [&](size_t i) { return scale.x(first + static_cast<double>(i)); };
  for (size_t i = 0; i < curve.values.size(); ++i) {
    const double value = curve.values[i];
    if (std::isfinite(value))
      path += fmt::format("{}{} {}", pen_down ? "L" : "M", svg_number(point(i)), svg_number(scale.y(panel.place(value))));
    pen_down = std::isfinite(value);
  }
  if (path.empty()) return;
  svg.open("g", {{"class", std::string(curve.css)}});
  svg.element("path", {{"class", "line"}, {"d", path}});
  for (size_t i = 0; i < curve.values.size(); ++i) {
    const double value = curve.values[i];
    if (!std::isfinite(value)) continue;
    // A value alone between gaps has no line: it is a dot however many epochs there are.
    const bool alone = (i == 0 || !std::isfinite(curve.values[i - 1])) &&
                       (i + 1 == curve.values.size() || !std::isfinite(curve.values[i + 1]));
    if (dots || alone)
      svg.titled("circle", {{"cx", point(i)}, {"cy", scale.y(panel.place(value))}, {"r", 3}},
                 fmt::format("epoch {}: {} {}", first + static_cast<int>(i), curve.name,
                             value != 0 && std::abs(value) < 0.01 ? fmt::format("{:.3g}", value) : fmt::format("{:.4f}", value)));
  }
  svg.close();
}

void draw_best(Svg& svg, const Scale& scale, int epoch) {
  svg.element("path",
              {{"class", "best"},
               {"d", fmt::format("M{} {}v{}", svg_number(scale.x(epoch)), svg_number(scale.top), svg_number(kPlotHeight))}});
}

void draw_legend(Svg& svg, const HistoryPlot& history, bool exact, bool validation, bool best) {
  double x = kLeft;
  const auto entry = [&](std::string_view css, std::string_view shape, const std::string& name) {
    svg.open("g", {{"class", std::string(css)}});
    svg.element("path", {{"class", std::string(shape)}, {"d", fmt::format("M{} 54h22", svg_number(x))}});
    svg.close();
    svg.text(x + 28, 58, name, {{"class", "ink"}});
    x += 28 + 7 * static_cast<double>(count_characters(name)) + 22;
  };
  entry("train", "line", "train");
  if (exact) entry("exact", "line", "train, at the epoch's end");
  if (validation) entry("validation", "line", "validation");
  if (best) entry("mark", "best", fmt::format("best epoch: {}", history.best_epoch));
}

// "Loss, accuracy and learning rate"
std::string list_of(const std::vector<Panel>& panels) {
  std::string text;
  for (size_t i = 0; i < panels.size(); ++i) {
    std::string title = panels[i].title;
    if (i > 0 && title.size() > 1 && std::islower(static_cast<unsigned char>(title[1])))
      title[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(title[0])));
    text += (i == 0 ? "" : i + 1 == panels.size() ? " and " : ", ") + title;
  }
  return text;
}

}  // namespace

std::vector<double> nice_ticks(double low, double high, int count) {
  assert(std::isfinite(low) && std::isfinite(high) && low <= high && count > 0 && "a finite range");
  if (low == high) return {low, low + 1};
  const double rough = (high / 2 - low / 2) / count * 2, power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.5, 2.0, 1.0})
    if (factor * power >= rough * (1 - 1e-9)) step = factor * power;
  std::vector<double> ticks;
  // A hair of tolerance: 0.3 / 0.1 is a little less than 3.
  const double begin = std::floor(low / step + 1e-9), end = std::ceil(high / step - 1e-9);
  for (int i = 0; i <= static_cast<int>(end - begin); ++i) ticks.push_back((begin + i) * step + 0.0);  // never -0
  return ticks;
}

std::string history_svg(const HistoryPlot& history) {
  const int epochs = static_cast<int>(epochs_of(history)), first = history.first_epoch;
  const int last = first + std::max(epochs, 1) - 1;
  const bool best = history.best_epoch >= first && history.best_epoch <= last && epochs > 0;

  bool validation = false, exact = false;
  std::vector<Panel> panels;
  for (const HistoryPanel& panel : history.panels) {
    validation = validation || any_finite(panel.validation);
    exact = exact || any_finite(panel.exact);
    const size_t place = panels.size();
    panels.push_back({.title = panel.title,
                      .curves = {{"train", panel.name, panel.train},
                                 {"exact", "exact_" + panel.name, panel.exact},
                                 {"validation", "val_" + panel.name, panel.validation}},
                      .x = kPanelWidth * static_cast<double>(place % kInARow),
                      .y = kTop + kRow * static_cast<double>(place / kInARow),
                      .most = panel.most,
                      .decades = by_decades(panel)});
  }
  const size_t columns = std::min(panels.size(), kInARow), rows = (panels.size() + kInARow - 1) / kInARow;

  std::string description = fmt::format("{} over {} {}", list_of(panels), epochs, epochs == 1 ? "epoch" : "epochs");
  if (best) description += fmt::format("; the best is epoch {}", history.best_epoch);
  Svg svg({.width = kPanelWidth * static_cast<double>(columns),
           .height = kTop + kRow * static_cast<double>(rows - 1) + kPlotHeight + kBottom,
           .title = "Training history" + (history.title.empty() ? "" : " of " + history.title),
           .description = description + ".",
           .style = ".line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}\n"
                    ".head{font-size:15px;font-weight:600}.panel{font-size:13px;font-weight:600}\n"
                    ".middle{text-anchor:middle}.end{text-anchor:end}\n"
                    ".train .line{stroke:#1769b5}.train circle{fill:#1769b5}\n"
                    ".exact .line{stroke:#1769b5;stroke-width:1.5;stroke-dasharray:2 4}.exact circle{fill:#1769b5}\n"
                    ".validation .line{stroke:#d1590a}.validation circle{fill:#d1590a}\n"
                    ".best{fill:none;stroke:#5b6670;stroke-width:1.5;stroke-dasharray:4 3}\n"
                    "@media (prefers-color-scheme:dark){\n"
                    ".train .line{stroke:#5cadf0}.train circle{fill:#5cadf0}\n"
                    ".exact .line{stroke:#5cadf0}.exact circle{fill:#5cadf0}\n"
                    ".validation .line{stroke:#f29a4a}.validation circle{fill:#f29a4a}.best{stroke:#9aa6b0}}\n"});
  svg.text(kLeft, 28, history.title.empty() ? "Training history" : history.title, {{"class", "ink head"}});
  draw_legend(svg, history, exact, validation, best);
  for (const Panel& panel : panels) {
    const std::vector<double> ticks = value_ticks(panel);
    const Scale scale = scale_of(panel, ticks, first, last);
    draw_frame(svg, panel, scale, ticks, first, last);
    if (best) draw_best(svg, scale, history.best_epoch);
    for (const Curve& curve : panel.curves) draw_curve(svg, panel, curve, scale, first);
  }
  return svg.finish();
}

}  // namespace fovea
