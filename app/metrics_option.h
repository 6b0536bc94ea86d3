// --metrics: figures beside loss and accuracy.
#pragma once

#include <string>
#include <vector>

#include "app/option_table.h"

namespace fovea::app {

void add_metrics_option(OptionTable& table, std::string& metrics);

// Their names, without accuracy, which is always measured; throws Error (usage) for one that is no metric's.
std::vector<std::string> metric_list(const std::string& metrics);

}  // namespace fovea::app
