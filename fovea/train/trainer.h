// Trains and evaluates a model: Keras's compile, fit and evaluate.
//
//   Trainer trainer(model, {.optimizer = {.name = "adam"}});
//   History history = trainer.fit(train, {.epochs = 5, .validation = &validation});
//   Evaluation test = trainer.evaluate(examples);
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fovea/base/thread_pool.h"
#include "fovea/model/cost.h"
#include "fovea/model/runner.h"
#include "fovea/train/callback.h"
#include "fovea/train/examples.h"
#include "fovea/train/loss.h"
#include "fovea/train/optimizer.h"

namespace fovea {

struct TrainerOptions {
  OptimizerOptions optimizer = {};
  // Labels as integers and as one-hot serve all. Default: categorical_crossentropy, of a model with one output
  // binary_crossentropy.
  std::optional<Loss> loss = {};
  float label_smoothing = 0;
  float focal_alpha = 0.25f, focal_gamma = 2;  // Keras's alpha and gamma of the focal cross-entropies
  bool focal_balancing = false;                // apply_class_balancing of the binary one
  uint64_t seed = 0;        // of shuffling and dropout
  int threads = 0;          // 0: one a core that this process may use
  int lanes = 0;            // 0: chosen by batch size and cores; part of what makes results repeat bit for bit
  int64_t tile = 0;         // 0: chosen by the plan
  bool winograd = true;     // as PlanOptions::winograd
  std::vector<std::string> metrics = {};  // beside accuracy: metrics.h has the names
};

struct FitOptions {
  int epochs = 1;           // the epoch that training ends at
  int initial_epoch = 0;
  int64_t batch_size = 32;  // the last batch of a pass over the pictures may be smaller
  // Batches that make an epoch; 0: a pass over the pictures. The next epoch goes on where one ends: pictures never run out.
  int64_t steps_per_epoch = 0;
  bool shuffle = true;      // a new order every pass, by seed and its number
  const Examples* validation = nullptr;
  // Instead: this share of the pictures, the last ones (Keras's rule). Examples that mix their pictures may draw from them.
  double validation_split = 0;
  int64_t validation_batch_size = 0;  // 0: batch_size
  int validation_freq = 1;            // epochs from one validation to the next
  bool exact_train_metrics = false;   // evaluate the training pictures too, in the same epochs: EpochLogs::exact
  std::vector<Callback*> callbacks = {};
  // What a picture's loss is multiplied by (the mean still divides by the number of pictures): by class, or by picture.
  // Neither weighs `accuracy` or validation.
  std::vector<float> class_weight = {}, sample_weight = {};
  // How likely each picture is to be drawn, against the others: a pass is then as many draws with replacement as there are
  // pictures, by seed and its number. Does not go with shuffle = false.
  std::vector<float> sampling_weight = {};
};

// Where a training stands. A checkpoint keeps it; from there fit goes on to the same bits.
struct TrainingPlace {
  int epoch = 0;        // under way, or the next
  int epochs = 0;       // to be reached; 0: that is not known
  int64_t batch = 0;    // of its batches, so many are done
  double loss = 0;      // sums over their pictures
  int64_t correct = 0, rows = 0;
  std::vector<double> metrics = {};      // sums of TrainerOptions::metrics, one after the other
  double step_seconds = 0, input_seconds = 0;  // the latter of all threads together
  int64_t pictures = 0, batch_size = 0;  // what batches are counted in
  int stage = 0, stage_epoch = 0;        // of a training in stages: the how manieth, and the epoch that it began with
  History history = {};                  // of the epochs before
};

struct Evaluation {
  double loss = 0, accuracy = 0, top5 = 0;  // top5: all are right where there are no more classes
  Figures metrics;                          // TrainerOptions::metrics
  std::vector<float> probabilities;  // (n, classes), also of a model with one output
  std::vector<int32_t> labels;
  double seconds = 0;
};

class Trainer {
 public:
  // Throws Error (usage) where loss or metrics and model do not fit.
  explicit Trainer(Model& model, TrainerOptions options = {});

  // The loss is Keras's: with the penalties of regularizers. With a moving average (use_ema) the weights are it at the
  // end. Throws Error (usage) where pictures and model do not fit; Error (failed) at a weight, a loss or a gradient that is
  // not finite,
  // naming step and tensor, with the weights as they were before that step. The history has the epochs that were ended.
  History fit(const Examples& examples, const FitOptions& options);
  // Where fit stands, for callbacks.
  const TrainingPlace& place() const { return place_; }
  // The next fit goes on from there instead of from an initial epoch; weights and optimizer are the caller's to restore.
  void go_on_from(TrainingPlace place) {
    place_ = std::move(place);
    goes_on_ = true;
  }
  Evaluation evaluate(const Examples& examples, int64_t batch_size = 32);
  // One step on the given examples in order, as Keras's train_on_batch: returns the loss before the step.
  double train_on_batch(const Examples& examples);

  // Keras's compile, once more: another optimizer without a state, and which layers train is looked at anew.
  void compile(const OptimizerOptions& optimizer);

  // Ends training after the batch under way; for callbacks and signal handlers.
  void stop() { stop_ = true; }
  bool stopped() const { return stop_; }

  Model& model() { return model_; }
  Optimizer& optimizer() { return optimizer_; }
  ThreadPool& pool() { return pool_; }
  const TrainerOptions& options() const { return options_; }
  int lanes(int64_t batch_size);
  // What a step of so many pictures, or of features that are the output of a node, computes and books.
  ModelCost cost(int64_t batch_size, int node = 0);
  // TrainerOptions::metrics of the epoch so far.
  Figures metrics_so_far() const { return metrics_.figures(place_.metrics); }

 private:
  class Epochs;  // of one fit

  History fit_part(const Examples& examples, FitOptions options);
  PlanOptions::Loss loss() const;
  Runner& train_runner(int64_t batch_size, int node, bool weighted = false);
  Runner& evaluation_runner(int64_t batch_size, int node);
  // Returns the plan's results. The step's loss, of all pictures together, is added to `loss`.
  const Plan& step(Runner& runner, const kernels::Feed& feed, int64_t rows, int epoch, int64_t position, double& loss);
  void check(const Examples& examples) const;
  void check_parameters() const;

  Model& model_;
  TrainerOptions options_;
  ThreadPool pool_;
  Optimizer optimizer_;
  Metrics metrics_;
  std::unique_ptr<Runner> train_, evaluation_;
  TrainingPlace place_;
  bool goes_on_ = false;  // the next fit, from place_
  volatile bool stop_ = false;
};

}  // namespace fovea
