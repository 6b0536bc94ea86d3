// What a report page holds (docs/file_formats.md), gathered from runs of one data set.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/run_evaluation.h"
#include "fovea/base/json.h"

namespace fovea::app {

struct ReportOptions {
  std::string title;        // empty: made of the runs' names
  int64_t mistakes = 3000;  // pictures of mistakes, at most
  bool maps = true;         // Grad-CAM of the pictures
  bool label_errors = true; // looked for in all splits
  CommonOptions common;
};

// The first run decides which pictures are shown. Throws Error (usage) where the runs' data or classes differ.
Json report_data(const std::vector<std::unique_ptr<RunEvaluation>>& runs, const ReportOptions& options, const Console& console);

}  // namespace fovea::app
