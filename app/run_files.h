// What a run folder holds besides its models and its history: where it was made, its pictures and reports.
#pragma once

#include <string>

#include "app/test_result.h"
#include "app/train_arguments.h"
#include "fovea/train/callback.h"

namespace fovea::app {

// environment.json: version, processor, threads, lanes, data, seed.
std::string environment_json(const TrainArguments& arguments, const Dataset& dataset, int lanes);

// history.svg
void write_history_plot(const std::string& folder, const std::string& title, const History& history);

// report.txt, confusion_matrix.csv, confusion_matrix.svg
void write_test_result(const std::string& folder, const TestResult& result);

}  // namespace fovea::app
