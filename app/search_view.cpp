#include "app/search_view.h"

#include "app/terminal.h"
#include "app/trial_table.h"
#include "fovea/report/text.h"

namespace fovea::app {
namespace {

constexpr size_t kShown = 12;  // trials, those that run among them

}  // namespace

SearchView::SearchView(const Console& console, std::string objective)
    : objective_(std::move(objective)), draws_(!console.quiet && can_rewrite(stderr)) {}

void SearchView::clear() {
  if (lines_ > 0) std::fputs(fmt::format("\x1b[{}F\x1b[J", lines_).c_str(), stderr);
  lines_ = 0;
}

void SearchView::draw(const std::vector<tune::TrialRow>& ranking, const std::map<int64_t, int>& running, const std::string& line) {
  if (!draws_) return;
  std::vector<tune::TrialRow> shown, run;
  for (const tune::TrialRow& trial : ranking) {
    const auto at = running.find(trial.trial);
    if (at != running.end()) {
      run.push_back(trial);
      run.back().state = fmt::format("to epoch {}", at->second);
    } else if (shown.size() + running.size() < kShown) {
      shown.push_back(trial);
    }
  }
  shown.insert(shown.end(), run.begin(), run.end());
  const std::vector<std::string> rows = shown.empty() ? std::vector<std::string>() : table_lines(trial_rows(shown, objective_));
  const auto width = static_cast<size_t>(columns() - 1);
  std::string text = lines_ > 0 ? fmt::format("\x1b[{}F", lines_) : "";
  for (const std::string& row : rows) text += shortened(row, width) + "\x1b[K\n";
  text += shortened(line, width) + "\x1b[K\n\x1b[J";
  lines_ = rows.size() + 1;
  std::fputs(text.c_str(), stderr);
}

}  // namespace fovea::app
