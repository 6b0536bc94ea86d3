// Learning rates by step (Keras: optimizers/schedules), in float32 as Keras computes them. Steps are the optimizer's,
// counted from 0; a decay may end between two.
//
//   Trainer trainer(model, {.optimizer = {.name = "sgd", .schedule = CosineDecay{.initial_learning_rate = 0.1, .decay_steps = 1000}}});
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "fovea/base/json.h"

namespace fovea {

using Schedule = std::function<double(int64_t step)>;

struct ExponentialDecay {
  double initial_learning_rate = 0;
  double decay_steps = 0;
  double decay_rate = 0;
  bool staircase = false;

  double operator()(int64_t step) const;
  template <class Visitor>
  void fields(Visitor& v) {
    v("initial_learning_rate", initial_learning_rate);
    v("decay_steps", decay_steps);
    v("decay_rate", decay_rate);
    v("staircase", staircase);
  }
};

// A list of numbers among options.
struct Numbers : std::vector<double> {
  using std::vector<double>::vector;
};
void read_field(const Json& json, Numbers& values, const std::string& where);
Json write_field(const Numbers& values);

// values[i] up to step boundaries[i], that step included; the last value from there on.
struct PiecewiseConstantDecay {
  Numbers boundaries, values;

  double operator()(int64_t step) const;
  template <class Visitor>
  void fields(Visitor& v) {
    v("boundaries", boundaries);
    v("values", values);
  }
};

struct PolynomialDecay {
  double initial_learning_rate = 0;
  double decay_steps = 0;
  double end_learning_rate = 1e-4;
  double power = 1;
  bool cycle = false;

  double operator()(int64_t step) const;
  template <class Visitor>
  void fields(Visitor& v) {
    v("initial_learning_rate", initial_learning_rate);
    v("decay_steps", decay_steps);
    v("end_learning_rate", end_learning_rate);
    v("power", power);
    v("cycle", cycle);
  }
};

struct InverseTimeDecay {
  double initial_learning_rate = 0;
  double decay_steps = 0;
  double decay_rate = 0;
  bool staircase = false;

  double operator()(int64_t step) const;
  template <class Visitor>
  void fields(Visitor& v) {
    v("initial_learning_rate", initial_learning_rate);
    v("decay_steps", decay_steps);
    v("decay_rate", decay_rate);
    v("staircase", staircase);
  }
};

// With a warmup_target the rate first goes there in a line, in warmup_steps, and decays from there.
struct CosineDecay {
  double initial_learning_rate = 0;
  double decay_steps = 0;
  double alpha = 0;  // share of the rate that is left at the end
  std::optional<double> warmup_target = {};
  double warmup_steps = 0;

  double operator()(int64_t step) const;
  template <class Visitor>
  void fields(Visitor& v) {
    v("initial_learning_rate", initial_learning_rate);
    v("decay_steps", decay_steps);
    v("alpha", alpha);
    v("warmup_target", warmup_target);
    v("warmup_steps", warmup_steps);
  }
};

// Every restart takes t_mul times as many steps as the one before and begins at m_mul times its rate.
struct CosineDecayRestarts {
  double initial_learning_rate = 0;
  double first_decay_steps = 0;
  double t_mul = 2, m_mul = 1, alpha = 0;

  double operator()(int64_t step) const;
  template <class Visitor>
  void fields(Visitor& v) {
    v("initial_learning_rate", initial_learning_rate);
    v("first_decay_steps", first_decay_steps);
    v("t_mul", t_mul);
    v("m_mul", m_mul);
    v("alpha", alpha);
  }
};

// One cycle (Smith 2018), which Keras has not: from max_learning_rate / div_factor up to max_learning_rate in pct_start of
// the steps, and down to its start / final_div_factor, both by half a cosine.
struct OneCycle {
  double max_learning_rate = 0;
  int64_t total_steps = 0;
  double pct_start = 0.3, div_factor = 25, final_div_factor = 1e4;

  double operator()(int64_t step) const;
  template <class Visitor>
  void fields(Visitor& v) {
    v("max_learning_rate", max_learning_rate);
    v("total_steps", total_steps);
    v("pct_start", pct_start);
    v("div_factor", div_factor);
    v("final_div_factor", final_div_factor);
  }
};

// By name: exponential, piecewise, polynomial, inverse_time, cosine, cosine_restarts or one_cycle, with the fields above as
// JSON. Throws Error (usage), naming `where`, for what cannot be.
Schedule make_schedule(const std::string& name, const Json& options, const std::string& where);
const std::vector<std::string>& schedule_names();

}  // namespace fovea
