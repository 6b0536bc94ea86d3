#include "fovea/zoo/tutorial.h"

#include "fovea/layers/average_pooling2d.h"
#include "fovea/layers/batch_normalization.h"
#include "fovea/layers/conv2d.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/dropout.h"
#include "fovea/layers/flatten.h"
#include "fovea/layers/global_average_pooling2d.h"
#include "fovea/layers/max_pooling2d.h"

namespace fovea::zoo {
namespace {

SequentialOptions named(const std::string& name, const Options& options) {
  return {.name = name, .input_shape = options.picture_shape, .seed = options.seed};
}

Conv2D conv(int64_t filters) {
  return Conv2D({.filters = filters, .kernel_size = 3, .activation = ActivationKind::relu});
}
Dense dense(int64_t units) { return Dense({.units = units, .activation = ActivationKind::relu}); }
Dense probabilities(const Options& options) {
  return Dense({.units = options.classes, .activation = ActivationKind::softmax});
}

}  // namespace

Model basic(const Options& options) {
  return sequential(named("basic", options),                                       //
                    conv(32), MaxPooling2D(), conv(64), MaxPooling2D(), conv(64),  //
                    Flatten(), dense(64), probabilities(options));
}

Model max_pool(const Options& options) {
  return sequential(named("max_pool", options),                          //
                    conv(32), MaxPooling2D(), conv(64), MaxPooling2D(),  //
                    Flatten(), probabilities(options));
}

Model avg_pool(const Options& options) {
  return sequential(named("avg_pool", options),                                  //
                    conv(32), AveragePooling2D(), conv(64), AveragePooling2D(),  //
                    Flatten(), probabilities(options));
}

Model global_avg_pool(const Options& options) {
  return sequential(named("global_avg_pool", options),  //
                    conv(32), conv(64), GlobalAveragePooling2D(), probabilities(options));
}

Model advanced(const Options& options) {
  return sequential(named("advanced", options),                                                //
                    conv(32), BatchNormalization(), conv(32), MaxPooling2D(), Dropout(0.25f),  //
                    conv(64), BatchNormalization(), conv(64), MaxPooling2D(), Dropout(0.25f),  //
                    conv(128), BatchNormalization(), Dropout(0.25f),                           //
                    Flatten(), dense(512), BatchNormalization(), Dropout(0.5f), probabilities(options));
}

Model ensemble_1(const Options& options) {
  return sequential(named("ensemble_1", options),                        //
                    conv(32), MaxPooling2D(), conv(64), MaxPooling2D(),  //
                    Flatten(), dense(64), probabilities(options));
}

Model ensemble_2(const Options& options) {
  return sequential(named("ensemble_2", options),                                              //
                    conv(64), conv(64), MaxPooling2D(), conv(128), conv(128), MaxPooling2D(),  //
                    Flatten(), dense(128), probabilities(options));
}

Model ensemble_3(const Options& options) {
  return sequential(named("ensemble_3", options),                              //
                    conv(32), BatchNormalization(), conv(32), MaxPooling2D(),  //
                    conv(64), BatchNormalization(), conv(64), MaxPooling2D(),  //
                    Flatten(), dense(64), probabilities(options));
}

}  // namespace fovea::zoo
