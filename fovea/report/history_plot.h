// The course of a training: its figures over epochs, for the run folder's history.svg.
#pragma once

#include <cmath>
#include <string>
#include <vector>

namespace fovea {

// One figure. One value an epoch in each curve; NaN where an epoch has none. A curve may be empty.
struct HistoryPanel {
  std::string title{};  // "Loss"
  std::string name{};   // "loss": of a value, where it is pointed at
  std::vector<double> train{}, validation{}, exact{};  // exact: of the training pictures, by the epoch's last weights
  double most = INFINITY;                              // what no value can exceed
  bool decades = false;  // equal factors lie equally far apart, where values differ by factors of ten
};

struct HistoryPlot {
  std::string title{};  // the run's name
  int first_epoch = 1;  // as history.csv counts
  int best_epoch = 0;   // marked; 0 for none
  std::vector<HistoryPanel> panels{};
};

// Panels side by side, three in a row.
std::string history_svg(const HistoryPlot& history);

// About `count` round numbers (1, 2, 2.5 or 5 times a power of ten apart) that cover low to high, both finite.
std::vector<double> nice_ticks(double low, double high, int count);

}  // namespace fovea
