// The figures of a training as they are kept: history.csv, and JSON.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "fovea/base/json.h"
#include "fovea/train/callback.h"

namespace fovea {

// A line an epoch, counted from 1; Keras's names for columns, nine significant digits. The columns of validation are
// there where any epoch has them.
std::string history_csv(const History& history);

// The same figures of one epoch by name, without the epoch: what callbacks monitor.
std::vector<std::pair<std::string, double>> named_figures(const EpochLogs& logs);

// The same with the epoch: {"epoch": 1, "loss": …, …}.
Json epoch_json(const EpochLogs& logs);

// A history as a checkpoint keeps it, to the last bit, and back.
Json history_json(const History& history);
History history_of(const Json& json);

}  // namespace fovea
