// Keras's own ImageNet weights for its applications: which file, from where, and where Keras keeps it.
#pragma once

#include <string>

#include "fovea/tensor/shape.h"

namespace fovea::zoo {

struct PretrainedFile {
  std::string name;  // in Keras's folder
  std::string url;
  std::string md5;  // in hexadecimal digits; empty where Keras knows none
};

// The file that Keras loads for pictures of this shape (sources: keras/src/applications). Throws Error (usage) for an
// architecture that Keras has no weights for.
PretrainedFile pretrained_file(const std::string& architecture, const Shape& picture_shape, bool include_top);

// Its path: models in keras_home(). Throws Error (file) that says which file, from where, and where to put it, where it is
// absent or is another one.
std::string find_pretrained(const PretrainedFile& file);

}  // namespace fovea::zoo
