// --augment: random changes to training pictures.
#pragma once

#include <optional>
#include <string>

#include "app/option_table.h"
#include "fovea/data/augment.h"
#include "fovea/data/standardize.h"

namespace fovea::app {

// `what` is what the option does here.
void add_augment_option(OptionTable& table, std::string& augment, const std::string& what);

// The random changes; nothing where none was asked for. Throws Error (usage) for keys and values that cannot be.
std::optional<AugmentOptions> augment_options(const std::string& augment);
// What is done to every picture, of training and of use: rescale, samplewise_center, …
std::optional<StandardizeOptions> standardize_options(const std::string& augment);

}  // namespace fovea::app
