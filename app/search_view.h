// A search while it runs, on a terminal: a table of its trials that is drawn anew in its place.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "app/console.h"
#include "fovea/tune/storage.h"

namespace fovea::app {

class SearchView {
 public:
  SearchView(const Console& console, std::string objective);
  ~SearchView() { clear(); }

  // Whether there is a terminal to draw on; elsewhere lines are told one by one.
  bool draws() const { return draws_; }
  // The best trials, those that run (with the epoch they run to), and a line below.
  void draw(const std::vector<tune::TrialRow>& ranking, const std::map<int64_t, int>& running, const std::string& line);
  // Takes the table away.
  void clear();

 private:
  std::string objective_;
  bool draws_;
  size_t lines_ = 0;  // that stand on the terminal
};

}  // namespace fovea::app
