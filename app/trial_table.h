// Tables of text, and the trials of a study as one.
#pragma once

#include <string>
#include <vector>

#include "fovea/tune/storage.h"

namespace fovea::app {

using Row = std::vector<std::string>;

// Columns as wide as their widest cell, two spaces apart; the first column on the left, the others right-aligned.
std::vector<std::string> table_lines(const std::vector<Row>& rows, const std::string& indent = "");
void print_table(const std::vector<Row>& rows, const std::string& indent = "");

// A row a trial behind the names of the columns, a column a parameter.
std::vector<Row> trial_rows(const std::vector<tune::TrialRow>& trials, const std::string& objective);
// The first `most` of a ranking.
void print_trials(const std::vector<tune::TrialRow>& ranking, const std::string& objective, size_t most);

}  // namespace fovea::app
