// The options of a training, as the command line and a configuration file give them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/data_argument.h"
#include "app/model_argument.h"
#include "app/options.h"
#include "fovea/train/early_stopping.h"
#include "fovea/train/model_checkpoint.h"
#include "fovea/train/reduce_lr_on_plateau.h"
#include "fovea/train/trainer.h"

namespace fovea::app {

struct TrainArguments {
  CommonOptions common;
  DataArguments data;
  PictureArguments pictures;
  ModelArguments model;
  std::vector<std::string> more_models;  // of an ensemble
  bool ensemble = false;
  std::string runs = "runs", name, save;
  bool tensorboard = false;
  bool report = false;  // the page at the end
  std::string recipe;   // options that are not given; empty: the defaults
  std::string whiten;   // a first convolution; empty: none
  std::string resume;    // a run folder to go on with
  bool extends = false;  // with other epochs than its own
  std::string from_study, trial = "best";  // whose values are taken
  std::string find_lr;   // a picture of losses by learning rate; empty: train
  std::string config;
  bool print_config = false;

  int epochs = 10, initial_epoch = 0;
  int64_t batch_size = 32, validation_batch_size = 0, steps_per_epoch = 0;
  int validation_freq = 1;
  std::string metrics;  // by comma
  bool exact_train_metrics = false;
  std::string shuffle = "on";
  std::string class_weight, weighted_sampling;
  OptimizerOptions optimizer;
  std::string schedule, early_stopping, reduce_lr, checkpoint;  // KEY=VALUE,…; empty: none
  int64_t steps = 1;  // of the whole training, for a schedule that leaves them to it
  std::string freeze;                      // base, all or a pattern; empty: nothing
  std::string fine_tune, fine_tune_learning_rate = "1e-5", fine_tune_epochs = "5";  // by comma: one a stage, or for all
  std::string front_features = "auto";     // where what a frozen front makes of pictures is kept
  std::string augment;                     // KEY=VALUE,…; empty: none
  int64_t augment_copies = 0;
  std::string exclude_from_weight_decay;   // words, by comma
  std::optional<double> ema_momentum;
  int64_t ema_overwrite_frequency = 0;     // 0: none
  int64_t gradient_accumulation_steps = 1;
  std::string loss;  // empty: by the model's outputs
  float label_smoothing = 0;
  float focal_alpha = 0.25f, focal_gamma = 2;
  bool focal_balancing = false;

  void list(OptionTable& table);
  // Those of them that say how a model is trained on data, and no more: not how long, not where the run is kept.
  void list_training(OptionTable& table);
  // Throws Error (usage) for options that do not go together, Error (file) where --save could never be written.
  void check() const;

  TrainerOptions trainer(int stage = 0) const;

  // A stage of training behind the first: these layers train too, with a learning rate of their own.
  struct Stage {
    std::string pattern;
    double learning_rate = 0;
    int epochs = 0;
  };
  std::vector<Stage> stages() const;
  int64_t all_epochs() const;  // of all stages
  // The optimizer of a stage, counted from 0.
  OptimizerOptions optimizer_of(int stage) const;
  // Whether the schedule takes `steps`.
  bool leaves_steps() const;
  // Whether anything is said of the optimizer; if not, a compiled file's own goes on.
  bool says_optimizer() const;
  // That optimizer, as if these options said it.
  void take_optimizer(const OptimizerOptions& options);
  // What a callback may monitor; `validated`: there are validation pictures.
  std::vector<std::string> figures(bool validated) const;
  std::optional<EarlyStoppingOptions> early_stopping_options() const;
  std::optional<ReduceLROnPlateauOptions> reduce_lr_options() const;
  // What makes best.safetensors; `validated`: there are validation pictures.
  ModelCheckpointOptions checkpoint_options(bool validated) const;

 private:
  OptimizerOptions optimizer_options() const;
};

}  // namespace fovea::app
