// Files that a command will write at its end: what would be wrong with one then is found before the work, and no two have
// one name.
#pragma once

#include <set>
#include <string>

namespace fovea::app {

// Throws Error (usage) where the name does not end as `extension` says, Error (file) where the folder cannot take it.
void check_output(const std::string& path, const std::string& extension, const std::string& option);
// The same for a model's file of any format.
void check_model_output(const std::string& path, const std::string& option);

// The name, or where it is taken the first of 2-name, 3-name, … that is not; it is taken then.
std::string distinct_name(const std::string& name, std::set<std::string>& taken);

}  // namespace fovea::app
