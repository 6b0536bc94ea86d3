// Tables of text, and the trials of a study as one.
#pragma once

#include <string>
#include <vector>

#include "fovea/tune/storage.h"

namespace fovea::app {

using Row = std::vector<std::string>;

// Columns as wide as their widest cell, two spaces apart; the first column on the left, the others right-aligned.
void print_table(const std::vector<Row>& rows, const std::string& indent = "");

// The first `most` of a ranking, a column a parameter.
void print_trials(const std::vector<tune::TrialRow>& ranking, const std::string& objective, size_t most);

}  // namespace fovea::app
