#include "fovea/model/arena.h"

#include <gtest/gtest.h>

#include "fovea/base/random.h"
#include "fovea/tensor/buffer.h"

namespace fovea {
namespace {

size_t aligned(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

TEST(Arena, GivesTheMemoryOfTheDeadToTheLiving) {
  // The first and the third never live together; the second lives beside both.
  const Placement placement = place({{128, 0, 1}, {64, 1, 2}, {128, 2, 3}});
  EXPECT_EQ(placement.offsets[0], placement.offsets[2]);
  EXPECT_EQ(placement.bytes, 192u);
}

TEST(Arena, TakesFirstAndLastStepAsLived) {
  const Placement placement = place({{64, 0, 2}, {64, 2, 4}});
  EXPECT_NE(placement.offsets[0], placement.offsets[1]);
}

TEST(Arena, OfNothingIsEmpty) { EXPECT_EQ(place({}).bytes, 0u); }

TEST(Arena, NeverLetsTwoThatLiveTogetherOverlap) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    RandomStream random(seed, purpose::kSample);
    std::vector<Lifetime> lives(1 + random.below(40));
    size_t sum = 0, most = 0;
    for (Lifetime& life : lives) {
      life.first = static_cast<int>(random.below(20));
      life.last = life.first + static_cast<int>(random.below(8));
      life.bytes = random.below(5) == 0 ? 0 : random.below(2000);
      sum += aligned(life.bytes);
    }
    const Placement placement = place(lives);
    for (int step = 0; step < 30; ++step) {
      size_t live = 0;
      for (const Lifetime& life : lives) live += life.first <= step && step <= life.last ? aligned(life.bytes) : 0;
      most = std::max(most, live);
    }
    EXPECT_GE(placement.bytes, most) << "seed " << seed;
    EXPECT_LE(placement.bytes, sum) << "seed " << seed;
    for (size_t a = 0; a < lives.size(); ++a) {
      EXPECT_EQ(placement.offsets[a] % kAlignment, 0u);
      EXPECT_LE(placement.offsets[a] + lives[a].bytes, placement.bytes);
      for (size_t b = 0; b < a; ++b) {
        const bool together = lives[a].first <= lives[b].last && lives[b].first <= lives[a].last;
        const bool apart = placement.offsets[a] + lives[a].bytes <= placement.offsets[b] ||
                           placement.offsets[b] + lives[b].bytes <= placement.offsets[a];
        EXPECT_TRUE(!together || apart) << "seed " << seed << ": " << a << " and " << b;
      }
    }
  }
}

}  // namespace
}  // namespace fovea
