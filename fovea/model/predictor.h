// Predicts with one model from any number of threads at once.
//
//   const Predictor predictor(model, {.batch_size = 8});
//   std::vector<float> probabilities = predictor.predict(pictures);  // from any thread, at any time
//
// Each call under way has plans and memory of its own, kept for later calls: as many sets as calls were ever under way
// together. All of them read the same weights. The model outlives the predictor; while calls are under way, nobody
// writes to it or plans with it (a Trainer, a Runner, another Predictor being made). Between calls it may change: the
// next call predicts with the weights of then.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "fovea/model/model.h"

namespace fovea {

struct PredictorOptions {
  int64_t batch_size = 32;  // pictures that go through the net together; the last of a call may be fewer
  int threads = 1;          // of one call; 0: one a core that this process may use
};

class Predictor {
 public:
  // Makes the first plan. Throws Error (usage) for options that cannot be and models that cannot be run.
  explicit Predictor(Model& model, const PredictorOptions& options = {});
  ~Predictor();
  Predictor(const Predictor&) = delete;
  Predictor& operator=(const Predictor&) = delete;

  // From (n, h, w, c) or (n, features), preprocessed as the model expects, to (n, classes) or whatever else the model's
  // output is. n may be 0. The same picture gives the same bits, whichever thread asks, as long as it is in the same
  // place of the same number of pictures. Throws Error (usage) where the numbers are no whole pictures.
  std::vector<float> predict(std::span<const float> pictures) const;

 private:
  struct Worker;
  std::unique_ptr<Worker> take() const;
  void give_back(std::unique_ptr<Worker> worker) const;

  Model& model_;
  PredictorOptions options_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Worker>> idle_;
};

}  // namespace fovea
