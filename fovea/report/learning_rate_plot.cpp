#include "fovea/report/learning_rate_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fovea/report/history_plot.h"
#include "fovea/report/svg.h"

namespace fovea {
namespace {

constexpr double kWidth = 640, kHeight = 400, kLeft = 64, kRight = 620, kTop = 64, kBottom = 340;

}  // namespace

std::string learning_rate_svg(const LearningRatePlot& plot) {
  std::vector<std::pair<double, double>> points;
  for (const auto& [rate, loss] : plot.points)
    if (rate > 0 && std::isfinite(loss)) points.emplace_back(std::log10(rate), loss);
  double low = 0, high = 1, first = -7, last = 1;
  if (!points.empty()) {
    const auto by_loss = [](const auto& a, const auto& b) { return a.second < b.second; };
    const auto [least, most] = std::minmax_element(points.begin(), points.end(), by_loss);
    low = least->second;
    high = most->second;
    first = std::floor(points.front().first + 1e-9);
    last = std::max(first + 1, std::ceil(points.back().first - 1e-9));
  }
  const std::vector<double> ticks = nice_ticks(low, high, 5);
  const auto x = [&](double decade) { return kLeft + (kRight - kLeft) * (decade - first) / (last - first); };
  const auto y = [&](double loss) { return kBottom - (kBottom - kTop) * (loss - ticks.front()) / (ticks.back() - ticks.front()); };

  const std::string heading = plot.title.empty() ? "Loss by learning rate" : plot.title;
  std::string description = fmt::format("The loss of {} steps", points.size());
  if (plot.suggested > 0) description += fmt::format("; it falls fastest at {:.2g}", plot.suggested);
  Svg svg({.width = kWidth,
           .height = kHeight,
           .title = heading,
           .description = description + ".",
           .style = ".line{fill:none;stroke:#1769b5;stroke-width:2;stroke-linejoin:round}\n"
                    ".head{font-size:15px;font-weight:600}.middle{text-anchor:middle}.end{text-anchor:end}\n"
                    ".mark{fill:none;stroke:#d1590a;stroke-width:1.5;stroke-dasharray:4 3}\n"
                    "@media (prefers-color-scheme:dark){.line{stroke:#5cadf0}.mark{stroke:#f29a4a}}\n"});
  svg.text(kLeft, 30, heading, {{"class", "ink head"}});
  svg.text(kLeft, kTop - 14, "loss, smoothed", {{"class", "faint"}});
  for (const double tick : ticks) {
    svg.element("path", {{"class", "rule"}, {"d", fmt::format("M{} {}H{}", svg_number(kLeft), svg_number(y(tick)), svg_number(kRight))}});
    svg.text(kLeft - 8, y(tick) + 4, fmt::format("{:.4g}", tick), {{"class", "faint end"}});
  }
  for (double decade = first; decade <= last; ++decade) {
    svg.element("path", {{"class", "rule"}, {"d", fmt::format("M{} {}v5", svg_number(x(decade)), svg_number(kBottom))}});
    svg.text(x(decade), kBottom + 20, fmt::format("1e{:.0f}", decade), {{"class", "faint middle"}});
  }
  svg.text((kLeft + kRight) / 2, kBottom + 42, "learning rate", {{"class", "faint middle"}});
  if (plot.suggested > 0) {
    const double at = x(std::log10(plot.suggested));
    svg.element("path", {{"class", "mark"}, {"d", fmt::format("M{} {}V{}", svg_number(at), svg_number(kTop), svg_number(kBottom))}});
    svg.text(at + 6, kTop + 12, fmt::format("{:.2g}", plot.suggested), {{"class", "ink"}});
  }
  std::string path;
  for (const auto& [decade, loss] : points)
    path += fmt::format("{}{} {}", path.empty() ? "M" : "L", svg_number(x(decade)), svg_number(y(loss)));
  if (!path.empty()) svg.element("path", {{"class", "line"}, {"d", path}});
  return svg.finish();
}

}  // namespace fovea
