// The report page of runs, as the program writes it: by itself, or at a training's end.
#pragma once

#include <string>
#include <vector>

#include "app/report_data.h"

namespace fovea::app {

// Writes the page to `out` (empty: report.html in the first run) and returns its path.
std::string write_report(const std::vector<std::string>& runs, const std::string& out, const ReportOptions& options, const Console& console);

}  // namespace fovea::app
