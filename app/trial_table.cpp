#include "app/trial_table.h"

#include <algorithm>

#include "app/console.h"
#include "app/numbers.h"
#include "fovea/report/text.h"

namespace fovea::app {

std::vector<std::string> table_lines(const std::vector<Row>& rows, const std::string& indent) {
  std::vector<size_t> widths;
  for (const Row& row : rows)
    for (size_t c = 0; c < row.size(); ++c) {
      widths.resize(std::max(widths.size(), c + 1));
      widths[c] = std::max(widths[c], count_characters(row[c]));
    }
  std::vector<std::string> lines;
  for (const Row& row : rows) {
    std::string line = indent;
    for (size_t c = 0; c < row.size(); ++c)
      line += c == 0 ? left_aligned(row[c], widths[c]) : "  " + right_aligned(row[c], widths[c]);
    lines.push_back(line.substr(0, line.find_last_not_of(' ') + 1));
  }
  return lines;
}

void print_table(const std::vector<Row>& rows, const std::string& indent) {
  for (const std::string& line : table_lines(rows, indent)) print(line + "\n");
}

std::vector<Row> trial_rows(const std::vector<tune::TrialRow>& trials, const std::string& objective) {
  Row header = {"trial", "state", objective, "epochs"};
  Row names;
  for (const tune::TrialRow& trial : trials)
    for (const auto& [name, value] : trial.values.items())
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  header.insert(header.end(), names.begin(), names.end());
  std::vector<Row> rows = {header};
  for (const tune::TrialRow& trial : trials) {
    Row& row = rows.emplace_back(Row{std::to_string(trial.trial), trial.state, trial.score ? figure(*trial.score) : "-", std::to_string(trial.epochs)});
    for (const std::string& name : names) {
      const auto at = trial.values.find(name);
      if (at == trial.values.end()) row.push_back("-");
      else row.push_back(at->is_string() ? shortened(one_line(at->get<std::string>()), 30) : at->is_number_float() ? fmt::format("{:.4g}", at->get<double>()) : at->dump());
    }
  }
  return rows;
}

void print_trials(const std::vector<tune::TrialRow>& ranking, const std::string& objective, size_t most) {
  std::vector<Row> rows = trial_rows(ranking, objective);
  rows.resize(std::min(rows.size(), most + 1));
  print_table(rows);
  if (ranking.size() > most) print(fmt::format("… and {} more\n", ranking.size() - most));
  for (const tune::TrialRow& trial : ranking)
    if (!trial.reason.empty()) print(fmt::format("trial {} failed: {}\n", trial.trial, one_line(trial.reason)));
}

}  // namespace fovea::app
