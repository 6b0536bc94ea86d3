// The course of a training: loss and accuracy over epochs, for the run folder's history.svg.
#pragma once

#include <string>
#include <vector>

namespace fovea {

// One value an epoch in each curve; NaN where an epoch has none. A curve may be empty: there was no validation, or no
// accuracy was asked for.
struct HistoryPlot {
  std::string title{};  // the run's name
  int first_epoch = 1;  // as history.csv counts
  int best_epoch = 0;   // marked; 0 for none
  std::vector<double> loss{}, val_loss{};
  std::vector<double> accuracy{}, val_accuracy{};
};

// Two panels, loss and accuracy; the second is left out where neither accuracy was measured.
std::string history_svg(const HistoryPlot& history);

// About `count` round numbers (1, 2, 2.5 or 5 times a power of ten apart) that cover low to high, both finite.
std::vector<double> nice_ticks(double low, double high, int count);

}  // namespace fovea
