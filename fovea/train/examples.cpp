#include "fovea/train/examples.h"

#include <algorithm>
#include <cstring>

#include "fovea/base/error.h"

namespace fovea {

void Examples::target(int64_t i, float* dst) const {
  std::fill(dst, dst + classes(), 0.0f);
  dst[label(i)] = 1;
}

ArrayExamples::ArrayExamples(Array pictures, std::vector<int32_t> labels, int64_t classes)
    : pictures_(std::move(pictures)), labels_(std::move(labels)), classes_(classes) {
  const Shape& whole = pictures_.shape();
  if (pictures_.dtype() != DType::f32 || whole.rank() < 2)
    throw usage_error("pictures", "cannot be (got {} {}, expected float32 of shape (n, h, w, c) or (n, features))",
                      to_string(pictures_.dtype()), to_string(whole));
  if (whole[0] != size())
    throw usage_error("labels", "as many labels as pictures are needed (got {}, expected {})", size(), whole[0]);
  for (int a = 1; a < whole.rank(); ++a) shape_.push_back(whole[a]);
  for (size_t i = 0; i < labels_.size(); ++i)
    if (labels_[i] < 0 || labels_[i] >= classes)
      throw usage_error("labels", "label {} is no class (got {}, expected 0 to {})", i, labels_[i], classes - 1);
}

void ArrayExamples::picture(int64_t i, float* dst) const {
  const auto count = static_cast<size_t>(shape_.elements());
  std::memcpy(dst, pictures_.values<float>().data() + static_cast<size_t>(i) * count, count * sizeof(float));
}

}  // namespace fovea
