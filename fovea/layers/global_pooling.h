// What the pooling layers over whole maps share.
#pragma once

#include "fovea/layers/layer.h"

namespace fovea {

struct GlobalPooling2DOptions {
  bool keepdims = false;
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("keepdims", keepdims);
  }
};

inline Shape globally_pooled(const Shape& src, const GlobalPooling2DOptions& options) {
  return options.keepdims ? Shape{1, 1, src[2]} : Shape{src[2]};
}

}  // namespace fovea
