#include "fovea/data/duplicates.h"

#include <xxhash.h>

#include <algorithm>
#include <tuple>

#include "fovea/base/error.h"

namespace fovea {
namespace {

constexpr size_t kExamples = 3;

struct Hashed {
  uint64_t high, low;
  int64_t place;  // in its split

  auto key() const { return std::pair(high, low); }
  bool operator<(const Hashed& other) const {
    return std::tuple(high, low, place) < std::tuple(other.high, other.low, other.place);
  }
};

const void* numbers(const Split& split, int64_t i) {
  return split.dtype() == DType::u8 ? static_cast<const void*>(split.bytes(i)) : split.floats(i);
}

std::vector<Hashed> hashed(const Split& split) {
  std::vector<Hashed> all;
  all.reserve(static_cast<size_t>(split.size()));
  const size_t bytes = static_cast<size_t>(split.picture_shape().elements()) * size_of(split.dtype());
  for (int64_t i = 0; i < split.size(); ++i) {
    const XXH128_hash_t hash = XXH3_128bits(numbers(split, i), bytes);
    all.push_back({hash.high64, hash.low64, i});
  }
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
  constexpr SplitKind kinds[] = {SplitKind::train, SplitKind::validation, SplitKind::test};
  std::vector<std::vector<Hashed>> all;
  for (const SplitKind kind : kinds) all.push_back(hashed(dataset.split(kind)));
  std::vector<Leak> leaks;
  for (size_t a = 0; a < 3; ++a)
    for (size_t b = a + 1; b < 3; ++b) {
      const Split &from = dataset.split(kinds[a]), &into = dataset.split(kinds[b]);
      // One split under two names is meant.
      if (from.empty() || into.empty() || numbers(from, 0) == numbers(into, 0)) continue;
      Leak leak{kinds[a], kinds[b], 0, {}};
      std::vector<std::pair<int64_t, int64_t>> pairs;
      for (const Hashed& picture : all[b]) {
        const auto same = std::lower_bound(all[a].begin(), all[a].end(), Hashed{picture.high, picture.low, 0});
        if (same != all[a].end() && same->key() == picture.key()) pairs.emplace_back(picture.place, same->place);
      }
      if (pairs.empty()) continue;
      std::sort(pairs.begin(), pairs.end());
      leak.pictures = static_cast<int64_t>(pairs.size());
      pairs.resize(std::min(pairs.size(), kExamples));
      for (const auto& [place, other] : pairs)
        leak.examples.emplace_back(name_of(into, kinds[b], place), name_of(from, kinds[a], other));
      leaks.push_back(std::move(leak));
    }
  return leaks;
}

int64_t count_repeated(const Split& split) {
  const std::vector<Hashed> all = hashed(split);
  int64_t repeated = 0;
  for (size_t i = 1; i < all.size(); ++i) repeated += all[i].key() == all[i - 1].key() ? 1 : 0;
  return repeated;
}

}  // namespace fovea
