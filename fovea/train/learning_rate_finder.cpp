#include "fovea/train/learning_rate_finder.h"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

// All that a training changes, to be put back.
class Kept {
 public:
  explicit Kept(Trainer& trainer)
      : trainer_(trainer), iterations_(trainer.optimizer().iterations()), rate_(trainer.optimizer().learning_rate()) {
    const Parameters& parameters = trainer.model().parameters();
    for (int p = 0; p < parameters.size(); ++p) {
      weights_.push_back(parameters.get(p));
      for (size_t s = 0; s < parameters[p].slots.size(); ++s) slots_.push_back(parameters.get_slot(p, static_cast<int>(s)));
    }
  }
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;
  ~Kept() {
    Parameters& parameters = trainer_.model().parameters();
    size_t slot = 0;
    for (int p = 0; p < parameters.size(); ++p) {
      parameters.set(p, weights_[static_cast<size_t>(p)]);
      for (size_t s = 0; s < parameters[p].slots.size(); ++s) parameters.set_slot(p, static_cast<int>(s), slots_[slot++]);
    }
    trainer_.optimizer().set_iterations(iterations_);
    trainer_.optimizer().set_learning_rate(rate_);
  }

 private:
  Trainer& trainer_;
  int64_t iterations_;
  double rate_;
  std::vector<Array> weights_, slots_;
};

// Sets a step's rate before it and takes its loss behind it.
class Ramp final : public Callback {
 public:
  explicit Ramp(const LearningRateFinderOptions& options) : options_(options) {}

  void on_batch_begin(Trainer& trainer, int, int64_t batch) override {
    rate_ = options_.from * std::pow(options_.to / options_.from, static_cast<double>(batch) / static_cast<double>(options_.steps - 1));
    trainer.optimizer().set_learning_rate(rate_);
  }
  void on_batch_end(Trainer& trainer, const BatchLogs& logs) override {
    const double sum = trainer.place().loss;
    const double loss = (sum - sum_) / static_cast<double>(logs.pictures - pictures_);
    sum_ = sum;
    pictures_ = logs.pictures;
    average_ = options_.smoothing * average_ + (1 - options_.smoothing) * loss;
    weight_ = options_.smoothing * weight_ + 1 - options_.smoothing;
    points_.push_back({rate_, average_ / weight_});
    lowest_ = std::min(lowest_, points_.back().loss);
    if (points_.back().loss > options_.blow_up * lowest_) trainer.stop();
  }
  // Too large a rate: the curve ends before it.
  bool on_not_finite(Trainer&, const Error&) override { return true; }

  std::vector<LearningRateCurve::Point> points() const { return points_; }

 private:
  const LearningRateFinderOptions& options_;
  std::vector<LearningRateCurve::Point> points_;
  double rate_ = 0, sum_ = 0, average_ = 0, weight_ = 0, lowest_ = INFINITY;
  int64_t pictures_ = 0;
};

void judge(LearningRateCurve& curve) {
  // Slopes over a twentieth of the curve, before its lowest point: single steps are noise.
  const auto& points = curve.points;
  if (points.empty()) return;
  const auto by_loss = [](const auto& a, const auto& b) { return a.loss < b.loss; };
  const auto lowest = std::min_element(points.begin(), points.end(), by_loss);
  curve.lowest = lowest->learning_rate;
  const size_t reach = std::max<size_t>(1, points.size() / 40);
  const auto last = static_cast<size_t>(lowest - points.begin());
  double steepest = 0;
  for (size_t i = reach; i + reach <= last; ++i) {
    const double slope = (points[i + reach].loss - points[i - reach].loss) /
                         std::log(points[i + reach].learning_rate / points[i - reach].learning_rate);
    if (slope >= steepest) continue;
    steepest = slope;
    curve.steepest = points[i].learning_rate;
  }
}

}  // namespace

LearningRateCurve find_learning_rate(Trainer& trainer, const Examples& examples, const LearningRateFinderOptions& options) {
  if (!(options.from > 0 && options.to > options.from && std::isfinite(options.to)))
    throw usage_error("learning rates", "must grow from above 0 (got {} to {})", options.from, options.to);
  if (options.steps < 10) throw usage_error("steps", "must be at least 10 (got {})", options.steps);
  if (trainer.optimizer().options().schedule)
    throw usage_error("learning rates", "cannot be tried where a schedule sets them (got a schedule, expected none)");
  const Kept kept(trainer);
  Ramp ramp(options);
  trainer.fit(examples, {.batch_size = options.batch_size,
                         .steps_per_epoch = options.steps,
                         .shuffle = options.shuffle,
                         .callbacks = {&ramp},
                         .class_weight = options.class_weight,
                         .sampling_weight = options.sampling_weight});
  LearningRateCurve curve = {.points = ramp.points()};
  judge(curve);
  return curve;
}

}  // namespace fovea
