#include "fovea/train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "fovea/base/fields.h"

namespace fovea {
namespace {

float real(int64_t step) { return static_cast<float>(step); }
float real(double value) { return static_cast<float>(value); }

// 1 at the beginning, 0 at the end.
float half_cosine(float done) { return 0.5f * (1.0f + std::cos(std::numbers::pi_v<float> * done)); }

template <class S>
S read(const Json& options, const std::string& where) {
  return options_from_json<S>(options, where);
}

void check(bool fits, const std::string& where, const char* option, double value, const char* expected) {
  if (!fits) throw usage_error(where, "{} must be {} (got {})", option, expected, value);
}

void check_positive(const std::string& where, const char* option, double value) {
  check(value > 0, where, option, value, "given, and above 0");
}

template <class S>
Schedule decay(const Json& options, const std::string& where) {
  const auto s = read<S>(options, where);
  bool warms = false;
  if constexpr (requires { s.warmup_target; }) warms = s.warmup_target.has_value();  // up from 0, as a rule
  if (!warms || s.initial_learning_rate != 0) check_positive(where, "initial_learning_rate", s.initial_learning_rate);
  check_positive(where, "decay_steps", s.decay_steps);
  if constexpr (requires { s.decay_rate; }) check_positive(where, "decay_rate", s.decay_rate);
  if constexpr (requires { s.end_learning_rate; }) {
    check(s.end_learning_rate >= 0, where, "end_learning_rate", s.end_learning_rate, "at least 0");
    check(s.power > 0, where, "power", s.power, "above 0");
  }
  if constexpr (requires { s.warmup_steps; }) {
    check(s.warmup_steps >= 0, where, "warmup_steps", s.warmup_steps, "at least 0");
    check(s.alpha >= 0, where, "alpha", s.alpha, "at least 0");
    if (s.warmup_steps > 0 && !s.warmup_target)
      throw usage_error(where, "warmup_steps need a warmup_target (got {} without, expected both)", s.warmup_steps);
    if (s.warmup_target) check_positive(where, "warmup_target", *s.warmup_target);
  }
  return s;
}

Schedule piecewise(const Json& options, const std::string& where) {
  const auto s = read<PiecewiseConstantDecay>(options, where);
  if (s.boundaries.empty() || s.values.size() != s.boundaries.size() + 1)
    throw usage_error(where, "needs boundaries, and one value more than them (got {} boundaries and {} values)",
                      s.boundaries.size(), s.values.size());
  if (!std::is_sorted(s.boundaries.begin(), s.boundaries.end(), std::less_equal<>()))
    throw usage_error(where, "boundaries must grow (got {})", shown(write_field(s.boundaries)));
  for (const double value : s.values) check(value >= 0, where, "values", value, "at least 0");
  return s;
}

Schedule restarts(const Json& options, const std::string& where) {
  const auto s = read<CosineDecayRestarts>(options, where);
  check_positive(where, "initial_learning_rate", s.initial_learning_rate);
  check_positive(where, "first_decay_steps", s.first_decay_steps);
  check(s.t_mul >= 1, where, "t_mul", s.t_mul, "at least 1");
  check(s.m_mul > 0, where, "m_mul", s.m_mul, "above 0");
  check(s.alpha >= 0, where, "alpha", s.alpha, "at least 0");
  return s;
}

Schedule one_cycle(const Json& options, const std::string& where) {
  const auto s = read<OneCycle>(options, where);
  check_positive(where, "max_learning_rate", s.max_learning_rate);
  check_positive(where, "total_steps", static_cast<double>(s.total_steps));
  check(s.pct_start > 0 && s.pct_start < 1, where, "pct_start", s.pct_start, "between 0 and 1");
  check(s.div_factor >= 1, where, "div_factor", s.div_factor, "at least 1");
  check(s.final_div_factor >= 1, where, "final_div_factor", s.final_div_factor, "at least 1");
  return s;
}

struct Known {
  const char* name;
  Schedule (*make)(const Json&, const std::string&);
};
constexpr Known kKnown[] = {{"exponential", decay<ExponentialDecay>},
                            {"piecewise", piecewise},
                            {"polynomial", decay<PolynomialDecay>},
                            {"inverse_time", decay<InverseTimeDecay>},
                            {"cosine", decay<CosineDecay>},
                            {"cosine_restarts", restarts},
                            {"one_cycle", one_cycle}};

}  // namespace

void read_field(const Json& json, Numbers& values, const std::string& where) {
  if (!json.is_array()) return read_field(Json::array({json}), values, where);  // a list of one
  values.assign(json.size(), 0);
  for (size_t i = 0; i < values.size(); ++i) read_field(json[i], values[i], where);
}

Json write_field(const Numbers& values) { return std::vector<double>(values); }

double ExponentialDecay::operator()(int64_t step) const {
  const float p = real(step) / real(decay_steps);
  return real(initial_learning_rate) * std::pow(real(decay_rate), staircase ? std::floor(p) : p);
}

double PiecewiseConstantDecay::operator()(int64_t step) const {
  const auto at = std::lower_bound(boundaries.begin(), boundaries.end(), static_cast<double>(step));
  return real(values[static_cast<size_t>(at - boundaries.begin())]);
}

double PolynomialDecay::operator()(int64_t step) const {
  float at = real(step), steps = real(decay_steps);
  if (cycle) {
    steps *= step == 0 ? 1.0f : std::ceil(at / steps);
  } else {
    at = std::min(at, steps);
  }
  const float end = real(end_learning_rate);
  return (real(initial_learning_rate) - end) * std::pow(1.0f - at / steps, real(power)) + end;
}

double InverseTimeDecay::operator()(int64_t step) const {
  const float p = real(step) / real(decay_steps);
  return real(initial_learning_rate) / (1.0f + real(decay_rate) * (staircase ? std::floor(p) : p));
}

double CosineDecay::operator()(int64_t step) const {
  const float from = real(warmup_target.value_or(initial_learning_rate)), initial = real(initial_learning_rate);
  const float at = real(step), warming = warmup_target ? real(warmup_steps) : 0;
  if (at < warming) return (from - initial) * (at / warming) + initial;
  const float done = std::min(at - warming, real(decay_steps)) / real(decay_steps);
  return from * (real(1 - alpha) * half_cosine(done) + real(alpha));
}

double CosineDecayRestarts::operator()(int64_t step) const {
  const float t = real(t_mul);
  float done = real(step) / real(first_decay_steps), restart = std::floor(done);
  if (t == 1.0f) {
    done -= restart;
  } else {
    restart = std::floor(std::log(1.0f - done * (1.0f - t)) / std::log(t));
    const float length = std::pow(t, restart);
    done = (done - (1.0f - length) / (1.0f - t)) / length;
  }
  const float decayed = std::pow(real(m_mul), restart) * half_cosine(done);
  return real(initial_learning_rate) * ((1.0f - real(alpha)) * decayed + real(alpha));
}

double OneCycle::operator()(int64_t step) const {
  const double last = static_cast<double>(total_steps - 1), top = pct_start * last;
  const double at = std::min(static_cast<double>(step), last);
  const double start = max_learning_rate / div_factor, end = start / final_div_factor;
  const auto between = [](double from, double to, double done) {
    return to + (from - to) * 0.5 * (1 + std::cos(std::numbers::pi * done));
  };
  if (at <= top) return top > 0 ? between(start, max_learning_rate, at / top) : max_learning_rate;
  return between(max_learning_rate, end, (at - top) / (last - top));
}

const std::vector<std::string>& schedule_names() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> names;
    for (const Known& known : kKnown) names.push_back(known.name);
    return names;
  }();
  return all;
}

Schedule make_schedule(const std::string& name, const Json& options, const std::string& where) {
  for (const Known& known : kKnown)
    if (name == known.name) return known.make(options, where);
  std::string all;
  const auto& names = schedule_names();
  for (size_t i = 0; i < names.size(); ++i) all += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + names[i];
  throw usage_error(where, "unknown schedule \"{}\" (expected {}){}", name, all, did_you_mean(name, names));
}

}  // namespace fovea
