// The figures of a training as they are kept: history.csv, and JSON.
#pragma once

#include <optional>
#include <string>

#include "fovea/base/json.h"
#include "fovea/train/callback.h"

namespace fovea {

// A line an epoch, counted from 1; Keras's names for columns, nine significant digits. A column is there where any epoch
// has its figure, and empty where one has not.
std::string history_csv(const History& history);

// The figures of one epoch by name: what callbacks monitor. Validation's begin with val_, exact ones with exact_.
Figures named_figures(const EpochLogs& logs);
std::optional<double> find_figure(const EpochLogs& logs, const std::string& name);

// The same with the epoch: {"epoch": 1, "loss": …, …}.
Json epoch_json(const EpochLogs& logs);

// A number as a checkpoint keeps it, infinite ones and NaN too, and back; nothing where there is none of that key.
Json exact_json(double value);
double exact_number(const Json& json);
std::optional<double> exact_number(const Json& json, const char* key);

// A history as a checkpoint keeps it, to the last bit, and back.
Json history_json(const History& history);
History history_of(const Json& json);

}  // namespace fovea
