#include "fovea/layers/random_layer.h"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

// One number, or two.
std::vector<double> numbers_of(const Json& json, const std::string& where) {
  if (!json.is_number() && !(json.is_array() && json.size() == 2))
    throw usage_error(where, "cannot be (got {}, expected a number or two)", shown(json));
  std::vector<double> numbers(json.is_array() ? 2 : 1);
  for (size_t i = 0; i < numbers.size(); ++i) read_field(json.is_array() ? json[i] : json, numbers[i], where);
  return numbers;
}

}  // namespace

void read_field(const Json& json, Factor& value, const std::string& where) {
  const std::vector<double> numbers = numbers_of(json, where);
  if (numbers.size() == 1)
    value = Factor(std::abs(numbers[0]));
  else
    value = Factor(std::min(numbers[0], numbers[1]), std::max(numbers[0], numbers[1]));
}
Json write_field(const Factor& value) { return Json::array({value.low, value.high}); }

void read_field(const Json& json, Bounds& value, const std::string& where) {
  const std::vector<double> numbers = numbers_of(json, where);
  if (numbers.size() != 2 || numbers[0] == numbers[1])
    throw usage_error(where, "cannot be (got {}, expected two numbers)", shown(json));
  value = {static_cast<float>(std::min(numbers[0], numbers[1])), static_cast<float>(std::max(numbers[0], numbers[1]))};
}
Json write_field(const Bounds& value) { return Json::array({write_field(value.low), write_field(value.high)}); }

void check_factor(const Factor& factor, const char* name, const std::string& where, double least) {
  if (!(factor.low >= least && factor.high <= 1 && factor.low <= factor.high))
    throw usage_error(where, "{} must lie between {} and 1 (got {} to {})", name, least, factor.low, factor.high);
}

void plan_random_map(Planner& planner, const std::string& name, kernels::RandomMapProblem problem) {
  const Layout plain = Layout::plain_of(planner.rows(), planner.src_shape());
  const Layout dst = Layout::plain_of(planner.rows(), planner.dst_shape());
  problem.src = plain;
  problem.oh = dst.h;
  problem.ow = dst.w;
  problem.stream = planner.stream();
  if (problem.fill == kernels::FillMode::wrap) problem.fill = kernels::FillMode::repeat;  // what TensorFlow calls wrap
  planner.step(name, kernels::random_map_forward(problem), {in(planner.src(0, plain)), out(planner.dst(dst))});
  planner.backward([=, &planner] {
    if (!planner.wants_diff_src()) return;
    planner.step(name + " backward", kernels::random_map_backward(problem),
                 {in(planner.diff_dst(dst)), out(planner.diff_src(0, plain))});
  });
}

void plan_random_colour(Planner& planner, const std::string& name, kernels::RandomColourProblem problem,
                        kernels::KernelPtr (*forward)(const kernels::RandomColourProblem&),
                        kernels::KernelPtr (*backward)(const kernels::RandomColourProblem&)) {
  const Layout plain = Layout::plain_of(planner.rows(), planner.src_shape());
  problem.src = plain;
  problem.stream = planner.stream();
  const Value src = planner.src(0, plain);
  planner.step(name, forward(problem), {in(src), out(planner.dst(plain))});
  planner.backward([=, &planner] {
    if (!planner.wants_diff_src()) return;
    planner.step(name + " backward", backward(problem),
                 {in(src), in(planner.diff_dst(plain)), out(planner.diff_src(0, plain))});
  });
}

}  // namespace fovea
