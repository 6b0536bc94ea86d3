#include "fovea/tune/hyperband.h"

#include <algorithm>
#include <cmath>

namespace fovea::tune {

int hyperband_brackets(int max_epochs, int factor) {
  int brackets = 0;
  for (double epochs = max_epochs; epochs >= 1; epochs /= factor) ++brackets;
  return brackets;
}

int hyperband_size(int max_epochs, int factor, int bracket, int round) {
  const double last = std::ceil(1 + std::log(max_epochs) / std::log(factor));
  return static_cast<int>(std::ceil(last / (bracket + 1) * std::pow(factor, bracket - round)));
}

int hyperband_epochs(int max_epochs, int factor, int bracket, int round) {
  return static_cast<int>(std::ceil(max_epochs / std::pow(factor, bracket - round)));
}

Hyperband::Bracket Hyperband::planned(int number) const {
  Bracket bracket = {.number = number};
  const auto& [max_epochs, factor] = std::pair(settings().max_epochs, settings().factor);
  for (int round = 0; round <= number; ++round)
    bracket.rounds.push_back({hyperband_size(max_epochs, factor, number, round), hyperband_epochs(max_epochs, factor, number, round)});
  return bracket;
}

int Hyperband::next_number() const {
  const int highest = hyperband_brackets(settings().max_epochs, settings().factor) - 1;
  if (brackets_.empty()) return highest;
  if (brackets_.back().number > 0) return brackets_.back().number - 1;
  return iteration_ + 1 < settings().iterations ? highest : -1;
}

void Hyperband::on_begin(const Work& work) {
  if (static_cast<size_t>(work.bracket) == brackets_.size()) {
    const int number = next_number();
    if (!brackets_.empty() && brackets_.back().number == 0) ++iteration_;
    brackets_.push_back(planned(number));
  }
  brackets_.at(static_cast<size_t>(work.bracket)).rounds.at(static_cast<size_t>(work.round)).trials.push_back(work.trial);
}

// Brackets that were opened before go on by one more round.
void Hyperband::on_change(const Settings& before) {
  if (settings().max_epochs == before.max_epochs) return;
  for (Bracket& bracket : brackets_) {
    const int last = bracket.rounds.back().size;
    bracket.rounds.push_back({(last + settings().factor - 1) / settings().factor, settings().max_epochs});
  }
}

int Hyperband::waiting(const Bracket& bracket, size_t round) const {
  int ended = 0;
  for (int64_t id : bracket.rounds[round].trials) ended += trial(id).rungs[round].ended ? 1 : 0;
  return ended - static_cast<int>(bracket.rounds[round + 1].trials.size());
}

int64_t Hyperband::best_waiting(const Bracket& bracket, size_t round) const {
  int64_t best = -1;
  for (int64_t id : bracket.rounds[round].trials) {
    const Trial& t = trial(id);
    if (!t.rungs[round].completed() || t.rungs.size() > round + 1) continue;
    if (best < 0 || *t.rungs[round].merit > *trial(best).rungs[round].merit) best = id;
  }
  return best;
}

bool Hyperband::closed(const Bracket& bracket, size_t round, bool exhausted) const {
  const Round& r = bracket.rounds[round];
  if (static_cast<int>(r.trials.size()) >= r.size) return true;
  if (round == 0) return exhausted || &bracket != &brackets_.back();
  return closed(bracket, round - 1, exhausted) && best_waiting(bracket, round - 1) < 0 &&
         waiting(bracket, round - 1) + static_cast<int>(r.trials.size()) == static_cast<int>(bracket.rounds[round - 1].trials.size());
}

Decision Hyperband::next() const {
  std::optional<std::optional<Draw>> drawn;  // at most once
  const auto draw_once = [&]() -> const std::optional<Draw>& {
    if (!drawn) drawn = draw_one();
    return *drawn;
  };
  for (size_t b = 0; b < brackets_.size(); ++b) {
    const Bracket& bracket = brackets_[b];
    const auto& rounds = bracket.rounds;
    bool exhausted = false;
    if (static_cast<int>(rounds[0].trials.size()) < rounds[0].size) {
      if (const auto& values = draw_once()) {
        Work work = new_trial(values->values, values->state, rounds[0].epochs);
        work.bracket = static_cast<int>(b);
        return {Next::run, std::move(work)};
      }
      exhausted = true;
    }
    for (size_t r = 1; r < rounds.size(); ++r) {
      if (static_cast<int>(rounds[r].trials.size()) >= rounds[r].size) continue;
      // So many of the round before are through that the best of them must be among those kept.
      const int before = closed(bracket, r - 1, exhausted) ? static_cast<int>(rounds[r - 1].trials.size()) : rounds[r - 1].size;
      if (waiting(bracket, r - 1) <= std::max(before - rounds[r].size, 0)) continue;
      if (const int64_t best = best_waiting(bracket, r - 1); best >= 0) return {Next::run, next_rung(best, rounds[r].epochs)};
    }
  }
  const int number = next_number();
  if (number < 0) return wait_or_end();
  const auto& values = draw_once();
  if (!values) return wait_or_end();
  Work work = new_trial(values->values, values->state, planned(number).rounds[0].epochs);
  work.bracket = static_cast<int>(brackets_.size());
  return {Next::run, std::move(work)};
}

std::vector<PlannedBracket> Hyperband::plan() const {
  std::vector<PlannedBracket> plan;
  for (int iteration = 0; iteration < settings().iterations; ++iteration)
    for (int number = hyperband_brackets(settings().max_epochs, settings().factor) - 1; number >= 0; --number) {
      PlannedBracket& bracket = plan.emplace_back(PlannedBracket{.number = number});
      int from = 0;
      for (const Round& round : planned(number).rounds) {
        bracket.rounds.push_back({round.size, from, round.epochs});
        from = round.epochs;
      }
    }
  return plan;
}

bool Hyperband::may_go_on(int64_t id) const {
  const Trial& t = trial(id);
  if (t.last().failed()) return false;
  const Bracket& bracket = brackets_[static_cast<size_t>(t.last().work.bracket)];
  const size_t round = static_cast<size_t>(t.last().work.round);
  return round + 1 < bracket.rounds.size() && !closed(bracket, round + 1, false);
}

}  // namespace fovea::tune
