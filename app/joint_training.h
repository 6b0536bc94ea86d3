// fovea train A B … --ensemble: several trainings on the same data, one after another, and what they say together.
#pragma once

#include "app/option_table.h"
#include "app/train_arguments.h"

namespace fovea::app {

// Makes the folder of the whole or, where `arguments.resume` names one, goes on with it: members that are at their end stay
// as they are. Returns the exit code. Throws Error, as a member's training does; the others' runs are kept.
int train_jointly(TrainArguments& arguments, const OptionTable& table);

}  // namespace fovea::app
