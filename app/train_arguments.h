// The options of a training, as the command line and a configuration file give them.
#pragma once

#include <string>

#include "app/data_argument.h"
#include "app/options.h"
#include "fovea/train/trainer.h"

namespace fovea::app {

struct TrainArguments {
  CommonOptions common;
  DataArguments data;
  PictureArguments pictures;
  std::string model;
  std::string runs = "runs", name, save;
  std::string config;
  bool print_config = false;

  int epochs = 10;
  int64_t batch_size = 32, validation_batch_size = 0;
  std::string shuffle = "on";
  OptimizerOptions optimizer;
  std::string loss = "categorical_crossentropy";
  float label_smoothing = 0;

  void list(OptionTable& table);
  // Throws Error (usage) for options that do not go together, Error (file) where --save could never be written.
  void check() const;

  TrainerOptions trainer() const;
};

}  // namespace fovea::app
