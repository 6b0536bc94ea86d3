// Counter-based random numbers: a value is a function of its address, never of what was drawn before.
//
// Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"). A stream is addressed by
// (seed, purpose, epoch, position, index): who draws, in which pass over the data, for which picture of that pass, and
// the how-many-th number. So results never depend on threads, on order of execution or on where a run was resumed.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace fovea {

using Philox4 = std::array<uint32_t, 4>;

inline Philox4 philox(Philox4 counter, std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = uint64_t{0xD2511F53} * counter[0], b = uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(b),
               static_cast<uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(a)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

// Purposes with a number of their own; layers draw from kLayer + their place among the model's layers.
namespace purpose {
inline constexpr uint32_t kShuffle = 1, kSplit = 2, kInitializer = 3, kAugment = 4, kSample = 5, kMix = 6, kPartner = 7,
                          kWeighted = 8, kAlternate = 9, kLayer = 1u << 16;
}

// [0, 1) with 24 bits, as float and double hold them exactly.
inline float unit_float(uint32_t bits) { return static_cast<float>(bits >> 8) * 0x1p-24f; }

// Four numbers of mean 0 and deviation 1 (Box and Muller 1958), no further from 0 than 6.7.
std::array<float, 4> normals(const Philox4& words);

// Numbers one after another of one address. Counter words: position (2), epoch and purpose mixed into the key.
class RandomStream {
 public:
  RandomStream(uint64_t seed, uint32_t stream, uint64_t epoch = 0, uint64_t position = 0);

  uint32_t bits();
  float unit() { return unit_float(bits()); }                 // [0, 1)
  double unit_double();                                       // [0, 1), 53 bits
  double normal();                                            // mean 0, deviation 1
  uint64_t below(uint64_t bound);                             // [0, bound), without bias

 private:
  std::array<uint32_t, 2> key_;
  Philox4 counter_, block_{};
  int used_ = 4;
};

// The key of an address: what kernels that draw by index start from.
std::array<uint32_t, 2> random_key(uint64_t seed, uint32_t stream, uint64_t epoch);

// The order of n pictures in an epoch: a permutation of 0 … n-1.
std::vector<uint32_t> permutation(uint32_t n, uint64_t seed, uint32_t stream, uint64_t epoch);

// As many draws with replacement as there are weights, each of picture i with probability weights[i] / their sum. Weights
// are at least 0 and finite, one of them above 0.
std::vector<uint32_t> weighted_draws(std::span<const float> weights, uint64_t seed, uint32_t stream, uint64_t epoch);

}  // namespace fovea
