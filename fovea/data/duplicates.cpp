#include "fovea/data/duplicates.h"

#include <algorithm>

#include "fovea/base/error.h"

namespace fovea {
namespace {

constexpr size_t kExamples = 3;

struct Hashed {
  PictureHash hash;
  int64_t place;  // in its split

  auto operator<=>(const Hashed&) const = default;
};

std::vector<Hashed> hashed(const Split& split) {
  std::vector<Hashed> all;
  all.reserve(static_cast<size_t>(split.size()));
  for (int64_t i = 0; i < split.size(); ++i) all.push_back({split.hash(i), i});
  std::sort(all.begin(), all.end());
  return all;
}

std::string name_of(const Split& split, SplitKind kind, int64_t i) {
  const PictureOrigin* origin = split.origin(i);
  return origin != nullptr ? origin->path : fmt::format("{}:{}", to_string(kind), i);
}

}  // namespace

std::string Leak::line() const {
  std::string text = fmt::format("leakage: {} of {} {} in {} too (",
                                 pictures == 1 ? "a picture" : fmt::format("{} pictures", pictures), to_string(into),
                                 pictures == 1 ? "is" : "are", to_string(from));
  for (size_t i = 0; i < examples.size(); ++i)
    text += fmt::format("{}{} = {}", i == 0 ? "" : ", ", examples[i].first, examples[i].second);
  return text + (pictures > static_cast<int64_t>(examples.size()) ? ", …)" : ")");
}

std::vector<Leak> find_leaks(const Dataset& dataset) {
  std::vector<std::vector<Hashed>> all;
  for (const SplitKind kind : kSplitKinds) all.push_back(hashed(dataset.split(kind)));
  std::vector<Leak> leaks;
  for (size_t a = 0; a < 3; ++a)
    for (size_t b = a + 1; b < 3; ++b) {
      const Split &from = dataset.split(kSplitKinds[a]), &into = dataset.split(kSplitKinds[b]);
      // One split under two names is meant.
      if (from.empty() || into.empty() || from.numbers(0).data() == into.numbers(0).data()) continue;
      Leak leak{kSplitKinds[a], kSplitKinds[b], 0, {}};
      std::vector<std::pair<int64_t, int64_t>> pairs;
      for (const Hashed& picture : all[b]) {
        const auto same = std::lower_bound(all[a].begin(), all[a].end(), Hashed{picture.hash, 0});
        if (same != all[a].end() && same->hash == picture.hash) pairs.emplace_back(picture.place, same->place);
      }
      if (pairs.empty()) continue;
      std::sort(pairs.begin(), pairs.end());
      leak.pictures = static_cast<int64_t>(pairs.size());
      pairs.resize(std::min(pairs.size(), kExamples));
      for (const auto& [place, other] : pairs)
        leak.examples.emplace_back(name_of(into, kSplitKinds[b], place), name_of(from, kSplitKinds[a], other));
      leaks.push_back(std::move(leak));
    }
  return leaks;
}

int64_t count_repeated(const Split& split) {
  const std::vector<Hashed> all = hashed(split);
  int64_t repeated = 0;
  for (size_t i = 1; i < all.size(); ++i) repeated += all[i].hash == all[i - 1].hash ? 1 : 0;
  return repeated;
}

}  // namespace fovea
