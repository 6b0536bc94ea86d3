// A plan as a table of its steps.
#include <algorithm>
#include <array>

#include "fovea/model/summary.h"

namespace fovea {
namespace {

using Line = std::array<std::string, 7>;
constexpr size_t kBytes = 5;  // this cell and the one before it are numbers, to the right

Line line_of(const StepInfo& step) {
  constexpr const char* kUnits[] = {"tile", "lane", "meeting", "update", "copy"};
  return {step.layer,
          step.name,
          step.implementation,
          kUnits[step.kind],
          step.rows > 0 ? std::to_string(step.rows) : "",
          with_commas(static_cast<int64_t>(step.bytes)),
          step.output};
}

std::string mebibytes(size_t bytes) { return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20)); }

std::string listed(const std::vector<int64_t>& rows) {
  constexpr size_t kMost = 16;
  std::string text;
  for (size_t i = 0; i < rows.size() && i < kMost; ++i) text += (i == 0 ? "" : " ") + std::to_string(rows[i]);
  return text + (rows.size() > kMost ? " …" : "");
}

}  // namespace

std::string plan_text(const Plan& plan) {
  std::string text =
      fmt::format("Batch of {}: {} lane{} of {} pictures, tiles of {}\n", plan.batch, plan.lanes,
                  plan.lanes == 1 ? "" : "s", listed(plan.lane_rows), listed(plan.tiles)) +
      fmt::format("Memory: activations {}, gradients {}, shared {}, copies of weights {}, scratch {}\n",
                  mebibytes(plan.arena_bytes), mebibytes(plan.gradient_bytes), mebibytes(plan.shared_bytes),
                  mebibytes(plan.copy_bytes), mebibytes(plan.scratch_bytes));
  const Line head = {"layer", "step", "kernel", "unit", "rows", "bytes", "writes"};
  std::array<size_t, 7> widths{};
  const auto widen = [&](const Line& line) {
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  };
  widen(head);
  for (const StepInfo& step : plan.steps) widen(line_of(step));
  const auto print = [&](const Line& line) {
    std::string row;
    for (size_t i = 0; i < line.size(); ++i)
      row += i == kBytes || i + 1 == kBytes ? fmt::format("  {:>{}}", line[i], widths[i])
                                            : fmt::format("  {:<{}}", line[i], widths[i]);
    text += row.substr(0, row.find_last_not_of(' ') + 1) + "\n";
  };

  print(head);
  for (size_t segment = 0; segment < plan.segment_reasons.size(); ++segment) {
    text += fmt::format("Segment {}\n", segment + 1);
    for (const StepInfo& step : plan.steps)
      if (step.kind <= StepInfo::meeting && step.segment == static_cast<int>(segment)) print(line_of(step));
    text += fmt::format("  ends: {}\n", plan.segment_reasons[segment]);
  }
  const auto print_all = [&](StepInfo::Kind kind, const char* title) {
    bool any = false;
    for (const StepInfo& step : plan.steps) {
      if (step.kind != kind) continue;
      if (!std::exchange(any, true)) text += title;
      print(line_of(step));
    }
  };
  print_all(StepInfo::update, "Gradients and weights\n");
  print_all(StepInfo::copy, "Copies of weights, when they changed\n");
  return text;
}

}  // namespace fovea
