#include "fovea/tune/grid_search.h"

#include <algorithm>
#include <set>

namespace fovea::tune {
namespace {

constexpr int kWithoutStep = 10;  // values of a number that has no step

// Each value once.
std::vector<Json> listed(const Parameter& p) {
  std::vector<Json> values;
  std::set<Json> known;
  const auto add = [&](const Json& value) {
    if (known.insert(value).second) values.push_back(value);
  };
  add(p.fallback());
  if (const auto count = count_of(p)) {
    for (int64_t i = 0; i < static_cast<int64_t>(*count); ++i) add(value_at(p, i));
  } else {
    for (int i = 0; i < kWithoutStep; ++i) add(value_of(p, (i + 0.5) / kWithoutStep));
  }
  return values;
}

// The combination behind `values`; without any, the first. Nothing behind the last.
std::optional<Values> behind(const Space& space, const Values* values) {
  const std::vector<Parameter>& all = space.parameters();
  // The last parameter that has a next value moves to it; those behind it begin anew.
  int64_t moved = -1;
  Json moved_to;
  for (int64_t i = static_cast<int64_t>(all.size()) - 1; values != nullptr && i >= 0 && moved < 0; --i) {
    const Parameter& p = all[static_cast<size_t>(i)];
    if (!values->contains(p.name)) continue;
    const std::vector<Json> options = listed(p);
    const auto at = std::find(options.begin(), options.end(), values->at(p.name));
    if (at == options.end() || at + 1 == options.end()) continue;
    moved = i;
    moved_to = *(at + 1);
  }
  if (values != nullptr && moved < 0) return std::nullopt;
  Values next = Values::object();
  for (size_t i = 0; i < all.size(); ++i) {
    const auto place = static_cast<int64_t>(i);
    if (!space.active(all[i], next)) continue;
    if (place < moved && values->contains(all[i].name)) next[all[i].name] = values->at(all[i].name);
    else next[all[i].name] = place == moved ? moved_to : all[i].fallback();
  }
  return next;
}

}  // namespace

std::optional<Draw> GridSearch::propose() const {
  const Values* last = trials() > 0 ? &trial(trials() - 1).values : nullptr;
  std::optional<Values> values = behind(settings().space, last);
  while (values && tried().contains(key_of(*values))) values = behind(settings().space, &*values);
  if (!values) return std::nullopt;
  return Draw{std::move(*values), seed_state_};
}

double GridSearch::count() const {
  if (settings().trials > 0) return settings().trials;
  double count = 1;
  for (const Parameter& p : settings().space.parameters()) count *= static_cast<double>(listed(p).size());
  return count;
}

}  // namespace fovea::tune
