#include "fovea/tune/tutorial_space.h"

namespace fovea::tune {

Json tutorial_space() {
  return Json::parse(R"({
    "model": {"name": "tutorial", "input_shape": [null, null, null], "layers": [
      {"Conv2D": {"filters": "$conv_1_filter", "kernel_size": "$conv_1_kernel", "activation": "relu"}},
      {"MaxPooling2D": {}},
      {"Conv2D": {"filters": "$conv_2_filter", "kernel_size": "$conv_2_kernel", "activation": "relu"}},
      {"MaxPooling2D": {}},
      {"Flatten": {}},
      {"Dense": {"units": "$dense_units", "activation": "relu"}},
      {"Dropout": {"rate": "$dropout_rate"}},
      {"Dense": {"units": "$classes", "activation": "softmax"}}]},
    "parameters": {
      "conv_1_filter": {"type": "int", "min": 32, "max": 128, "step": 32},
      "conv_1_kernel": {"type": "choice", "values": [3, 5]},
      "conv_2_filter": {"type": "int", "min": 64, "max": 256, "step": 64},
      "conv_2_kernel": {"type": "choice", "values": [3, 5]},
      "dropout_rate": {"type": "float", "min": 0.2, "max": 0.5, "step": 0.1, "compat": "keras"},
      "dense_units": {"type": "int", "min": 128, "max": 512, "step": 128},
      "learning_rate": {"type": "choice", "values": [0.001, 0.0001]}}})");
}

}  // namespace fovea::tune
