#include "fovea/train/csv_logger.h"

#include <algorithm>

#include "fovea/base/file.h"
#include "fovea/train/history.h"

namespace fovea {

void CSVLogger::on_train_begin(Trainer&) {
  columns_.clear();
  text_ = append_ && file_exists(file_) ? read_file(file_) : "";
  write_file_atomically(file_, text_);
}

void CSVLogger::on_epoch_end(Trainer&, const EpochLogs& logs) {
  std::map<std::string, double> figures;
  for (const auto& [name, value] : named_figures(logs)) figures[name] = value;
  if (columns_.empty()) {
    for (const auto& [name, value] : figures) columns_.push_back(name);
    // Validation may begin in a later epoch.
    if (!logs.val_loss)
      for (const auto& [name, value] : figures) columns_.push_back("val_" + name);
    if (text_.empty()) {
      text_ = "epoch";
      for (const std::string& column : columns_) text_ += separator_ + column;
      text_ += "\r\n";
    }
  }
  text_ += std::to_string(logs.epoch);
  for (const std::string& column : columns_) {
    const auto at = figures.find(column);
    text_ += separator_ + (at == figures.end() ? "NA" : fmt::format("{}", at->second));
  }
  text_ += "\r\n";
  write_file_atomically(file_, text_);
}

}  // namespace fovea
