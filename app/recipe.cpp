#include "app/recipe.h"

#include <map>
#include <utility>

#include "app/option_values.h"

namespace fovea::app {
namespace {

using Recipe = std::vector<std::pair<std::string, std::string>>;

// Few passes, few classes' worth of certainty, large steps that rise and fall once.
Recipe fast(const std::string& epochs, const std::string& augment) {
  return {{"epochs", epochs},
          {"batch-size", "256"},
          {"optimizer", "sgd"},
          {"momentum", "0.85"},
          {"nesterov", "true"},
          {"weight-decay", "0.001"},
          {"schedule", "one_cycle,max_learning_rate=1.5,pct_start=0.2,div_factor=5,final_div_factor=20"},
          {"label-smoothing", "0.2"},
          {"augment", augment},
          {"whiten", "whitening"}};
}

const std::map<std::string, Recipe>& recipes() {
  static const std::map<std::string, Recipe> all = {
      {"fast", fast("10", "crop_padding=4,horizontal_flip=true")},
      {"fast_wide", fast("21", "width_shift_range=4,height_shift_range=4,fill_mode=reflect,alternating_flip=true")}};
  return all;
}

}  // namespace

const std::vector<std::string>& recipe_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const auto& [name, recipe] : recipes()) list.push_back(name);
    return list;
  }();
  return names;
}

void take_recipe(const std::string& name, OptionTable& table) {
  check_choice(name, recipe_names(), "--recipe");
  for (const auto& [key, word] : recipes().at(name)) {
    // A rate of the user's own takes the schedule's place; another model has no such layer.
    if (key == "schedule" && table.given("--learning-rate")) continue;
    table.give(key, word, "--recipe " + name);
  }
}

}  // namespace fovea::app
