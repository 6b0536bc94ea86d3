// What a run folder holds besides its models and its history: where it was made, its pictures and reports.
#pragma once

#include <string>
#include <vector>

#include "app/test_result.h"
#include "app/train_arguments.h"
#include "fovea/train/callback.h"

namespace fovea::app {

// environment.json: version, processor, threads, lanes, data, seed.
std::string environment_json(const TrainArguments& arguments, const Dataset& dataset, int lanes);

// What differs now from the environment.json of a run, besides what may: "version (got 0.2, before 0.1)".
std::vector<std::string> environment_differences(const std::string& run, const TrainArguments& arguments, const Dataset& dataset,
                                                 int lanes);

// history.svg
void write_history_plot(const std::string& folder, const std::string& title, const History& history, int best_epoch);

// report.txt, confusion_matrix.csv, confusion_matrix.svg
void write_test_result(const std::string& folder, const TestResult& result);

}  // namespace fovea::app
