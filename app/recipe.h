// Recipes: options that go together, for those that are not given.
#pragma once

#include <string>
#include <vector>

#include "app/option_table.h"

namespace fovea::app {

const std::vector<std::string>& recipe_names();
// Gives what the user did not. Throws Error (usage) for an unknown recipe.
void take_recipe(const std::string& recipe, OptionTable& table);

}  // namespace fovea::app
