// A file that a command will write at its end: what would be wrong with it then is found before the work.
#pragma once

#include <string>

namespace fovea::app {

// Throws Error (usage) where the name does not end as `extension` says, Error (file) where the folder cannot take it.
void check_output(const std::string& path, const std::string& extension, const std::string& option);
// The same for a model's file of any format.
void check_model_output(const std::string& path, const std::string& option);

}  // namespace fovea::app
