// Writes the figures of every epoch as a row of a CSV file (Keras: callbacks/csv_logger.py): `epoch` counted from 0, then
// the figures by name; "NA" for one that an epoch has not.
#pragma once

#include "fovea/train/callback.h"

namespace fovea {

class CSVLogger final : public Callback {
 public:
  explicit CSVLogger(std::string file, std::string separator = ",", bool append = false)
      : file_(std::move(file)), separator_(std::move(separator)), append_(append) {}

  // Throws Error (file) where it cannot be written.
  void on_train_begin(Trainer& trainer) override;
  void on_epoch_end(Trainer& trainer, const EpochLogs& logs) override;

 private:
  std::string file_, separator_;
  bool append_;
  std::string text_;  // of the file so far
  std::vector<std::string> columns_;
};

}  // namespace fovea
