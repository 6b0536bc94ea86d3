#include "fovea/tune/bayesian.h"

#include <algorithm>
#include <cmath>

#include "fovea/base/random.h"

namespace fovea::tune {
namespace {

constexpr size_t kCandidates = 2000, kNear = 400;  // values that are looked at: anywhere, and near the best
constexpr int kRefinements = 60;
constexpr double kFarthest = 0.2, kNearest = 0.005;

bool is_unordered(const Parameter& p) { return p.type == ParameterType::choice && !p.values[0].is_number() && p.values.size() > 2; }

Values values_of(const Space& space, const std::vector<double>& shares) {
  Values values = Values::object();
  for (size_t i = 0; i < shares.size(); ++i) {
    const Parameter& p = space.parameters()[i];
    if (space.active(p, values)) values[p.name] = value_of(p, shares[i]);
  }
  return values;
}

}  // namespace

GaussianProcess::Place place_of(const Space& space, const Values& values) {
  GaussianProcess::Place place;
  for (const Parameter& p : space.parameters()) {
    if (p.type == ParameterType::fixed) continue;
    const bool there = values.contains(p.name);
    if (!is_unordered(p)) {
      place.push_back(there ? share_of(p, values.at(p.name)) : 0.5);
      continue;
    }
    for (const Json& value : p.values) place.push_back(there && values.at(p.name) == value ? 1 : 0);
  }
  return place;
}

std::optional<Draw> Bayesian::propose() const {
  const Space& space = settings().space;
  const size_t size = space.parameters().size();
  std::vector<GaussianProcess::Place> places, failed;
  std::vector<double> merits;
  std::vector<double> best_shares;
  double best = -INFINITY, worst = INFINITY;
  for (const Trial& t : all()) {
    if (t.last().completed()) {
      places.push_back(place_of(space, t.values));
      merits.push_back(*t.last().merit);
      worst = std::min(worst, merits.back());
      if (merits.back() <= best) continue;
      best = merits.back();
      best_shares.clear();
      for (const Parameter& p : space.parameters()) best_shares.push_back(t.values.contains(p.name) ? share_of(p, t.values.at(p.name)) : 0.5);
    } else if (t.last().failed()) {
      failed.push_back(place_of(space, t.values));
    }
  }
  const size_t first = std::clamp<size_t>(3 * size, 3, std::max<size_t>(static_cast<size_t>(count()) / 3, 3));
  if (places.size() < first || places[0].empty()) return draw_one();
  // As bad as the worst.
  places.insert(places.end(), failed.begin(), failed.end());
  merits.resize(places.size(), worst);
  auto process = std::make_unique<GaussianProcess>(places, merits);
  const size_t known = places.size();
  for (const Trial& t : all()) {
    if (t.last().ended) continue;
    places.push_back(place_of(space, t.values));
    merits.push_back(process->at(places.back()).mean);
  }
  if (places.size() > known) process = std::make_unique<GaussianProcess>(places, merits);

  RandomStream random(settings().seed, purpose::kSample, static_cast<uint64_t>(trials()));
  std::vector<double> chosen;
  double expected = -1;
  const auto consider = [&](const std::vector<double>& shares) {
    const Values values = values_of(space, shares);
    if (tried().contains(key_of(values))) return false;
    const double improvement = process->expected_improvement(place_of(space, values), best);
    if (improvement <= expected) return false;
    expected = improvement;
    chosen = shares;
    return true;
  };
  const auto near = [&](std::vector<double> shares, double distance) {
    // One coordinate or all of them.
    const bool all_move = random.unit_double() < 0.5;
    const size_t one = static_cast<size_t>(random.below(size));
    for (size_t i = 0; i < size; ++i)
      if (all_move || i == one) shares[i] = std::clamp(shares[i] + distance * random.normal(), 0.0, std::nextafter(1.0, 0.0));
    return shares;
  };
  for (size_t i = 0; i < kCandidates; ++i) {
    std::vector<double> shares(size);
    for (double& share : shares) share = random.unit_double();
    consider(shares);
  }
  for (size_t i = 0; i < kNear; ++i) consider(near(best_shares, kFarthest * random.unit_double()));
  if (chosen.empty()) return draw_one();
  double distance = kFarthest;
  for (int i = 0; i < kRefinements * static_cast<int>(std::min<size_t>(size, 10)); ++i)
    if (!consider(near(chosen, distance))) distance = std::max(distance * 0.97, kNearest);
  return Draw{values_of(space, chosen), seed_state_};
}

}  // namespace fovea::tune
