#include "fovea/tensor/shape.h"

namespace fovea {

std::string to_string(const Shape& shape, bool batch) {
  std::string text = batch ? "(None" : "(";
  for (int i = 0; i < shape.rank(); ++i) text += (i > 0 || batch ? ", " : "") + std::to_string(shape[i]);
  if (shape.rank() == 1 && !batch) text += ",";
  return text + ")";
}

}  // namespace fovea
