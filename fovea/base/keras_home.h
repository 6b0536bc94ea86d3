// Where Keras keeps what it downloads.
#pragma once

#include <string>

namespace fovea {

// $KERAS_HOME, else ~/.keras.
std::string keras_home();

}  // namespace fovea
