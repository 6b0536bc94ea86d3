// The figures of a training as they are kept: history.csv, and which epoch was the best.
#pragma once

#include <string>

#include "fovea/base/json.h"
#include "fovea/train/callback.h"

namespace fovea {

// A line an epoch, counted from 1; Keras's names for columns, nine significant digits. The columns of validation are
// there where any epoch has them.
std::string history_csv(const History& history);

// The same figures of one epoch: {"epoch": 1, "loss": …, …}.
Json epoch_json(const EpochLogs& logs);

// The epoch of the lowest val_loss, without validation of the lowest loss: counted from 1, of equals the first, 0 for
// none.
int best_epoch(const History& history);

}  // namespace fovea
