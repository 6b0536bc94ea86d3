// Where a training stands, in files: from there it goes on to the same bits as if it had never ended.
//
//   FOLDER/000007/model.safetensors     weights and moving statistics: a model like any other
//                 training.safetensors  the optimizer's state and callbacks' arrays; all else as JSON in its metadata
//
// A checkpoint appears by rename and is whole; the last two are kept.
#pragma once

#include <string>
#include <vector>

#include "fovea/io/model_file.h"
#include "fovea/train/trainer.h"

namespace fovea {

// A copy of where a training stands: it can be written while the training goes on.
struct CheckpointImage {
  SafetensorsImage model, training;
};
CheckpointImage checkpoint_image(Trainer& trainer, const std::vector<Callback*>& callbacks);

// Adds a checkpoint to a folder, and removes all but the last two. Throws Error (file), with those before untouched.
void save_checkpoint(const std::string& folder, const CheckpointImage& image);

class Checkpoint {
 public:
  // The newest of a folder that can be read. Throws Error (file) where there is none.
  static Checkpoint newest(const std::string& folder);
  explicit Checkpoint(const std::string& path);

  const std::string& path() const { return path_; }
  // What newest() found wrong with a newer one; empty where this is the newest.
  const std::string& passed_over() const { return passed_over_; }
  const TrainingPlace& place() const { return place_; }
  Model model() const { return load_model(path_ + "/model.safetensors"); }
  // Gives a trainer of that model the rest, and callbacks theirs by name; the trainer's next fit goes on from here. Throws
  // Error (file) where the optimizer is another one.
  void restore(Trainer& trainer, const std::vector<Callback*>& callbacks) const;

 private:
  Array read(const std::string& tensor) const;

  std::string path_, passed_over_;
  SafetensorsFile file_;
  Json training_;
  TrainingPlace place_;
};

}  // namespace fovea
