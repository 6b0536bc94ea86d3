// Tables of probabilities, (pictures, classes) row after row: what members of an ensemble say, and what is made of it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fovea/report/metrics.h"

namespace fovea::ensemble {

using Table = std::vector<float>;

enum class Combination {
  mean,       // Σ w p
  geometric,  // Π p^w, made to add up to 1
  majority    // the share of votes; equal ones by the mean
};
const std::vector<std::string>& combination_names();
std::string to_string(Combination combination);
// Throws Error (usage) naming `where`.
Combination combination_of(const std::string& name, const std::string& where);

// Weights are one a member, not negative, their sum 1; empty: all equal. Of a majority they are the weights of votes.
Table combined(const std::vector<Table>& members, int64_t classes, Combination combination, const std::vector<double>& weights = {});

// The weights of a mean that make its negative log-likelihood on these labels least: a convex problem, solved by
// expectation maximisation from equal weights (each step multiplies a member's weight by its mean share of p(label)).
std::vector<double> fitted_weights(const std::vector<Table>& members, int64_t classes, std::span<const int32_t> labels);

// Greedy selection with replacement (Caruana et al. 2004, "Ensemble selection from libraries of models"): starts from the
// most accurate, and adds the member whose mean with those chosen is most accurate, equal ones by likelihood, as long as
// that gains, at most `rounds` times. The members' shares of what was chosen.
std::vector<double> selected_weights(const std::vector<Table>& members, int64_t classes, std::span<const int32_t> labels, int rounds = 100);

// softmax(log p / T): above 1 less sure, below 1 surer (Guo et al. 2017, "On calibration of modern neural networks").
Table tempered(const Table& table, int64_t classes, double temperature);
// The temperature in [0.05, 20] whose negative log-likelihood on these labels is least.
double fitted_temperature(const Table& table, int64_t classes, std::span<const int32_t> labels);

// How members differ.
struct Diversity {
  std::vector<std::vector<double>> disagreement;  // the share of pictures that two members take for different classes
  double mean_disagreement = 0;                   // over pairs
  double oracle_accuracy = 0;                     // the share of pictures that one of them at least gets right
};
Diversity diversity(const std::vector<Table>& members, int64_t classes, std::span<const int32_t> labels);

}  // namespace fovea::ensemble
