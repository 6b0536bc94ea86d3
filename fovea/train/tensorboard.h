// Event files that TensorBoard opens: a run's figures as scalars (Keras: callbacks/tensorboard.py).
//
//   FOLDER/train/events.out.tfevents.…       epoch_loss, epoch_accuracy, …, epoch_learning_rate
//   FOLDER/validation/events.out.tfevents.…  epoch_loss, epoch_accuracy, … of validation
//
// An event file is TensorFlow's TFRecords (length, its CRC, bytes, their CRC: tensorflow/core/lib/io/record_writer.h), each
// a protocol buffer `Event` (tensorflow/core/util/event.proto). A killed process may leave the last record torn, which
// TensorBoard skips.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "fovea/train/callback.h"

namespace fovea {

// Appends scalars to a new event file.
class ScalarEvents {
 public:
  // Throws Error (file) where the folder or the file cannot be made.
  explicit ScalarEvents(const std::string& folder);
  ScalarEvents(const ScalarEvents&) = delete;
  ScalarEvents& operator=(const ScalarEvents&) = delete;
  ~ScalarEvents();

  void write(const std::string& tag, int64_t step, double value);
  const std::string& path() const { return path_; }

 private:
  void append(const std::string& event);

  std::string path_;
  int descriptor_ = -1;
};

class TensorBoard final : public Callback {
 public:
  explicit TensorBoard(std::string folder) : folder_(std::move(folder)) {}

  void on_epoch_end(Trainer& trainer, const EpochLogs& logs) override;

 private:
  std::string folder_;
  std::optional<ScalarEvents> train_, validation_;
};

// CRC-32C (Castagnoli), of bytes in order.
uint32_t crc32c(const std::string& bytes);

}  // namespace fovea
