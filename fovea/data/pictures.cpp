#include "fovea/data/pictures.h"

#include <numeric>

namespace fovea {

Pictures::Pictures(Array pixels, std::vector<int32_t> labels) : dtype_(pixels.dtype()), labels_(std::move(labels)) {
  const Shape& all = pixels.shape();
  assert(all.rank() == 4 && "pictures are (N, h, w, c)");
  assert((dtype() == DType::u8 || dtype() == DType::f32) && "pictures are uint8 or float32");
  assert(all[0] == static_cast<int64_t>(labels_.size()) && "one label a picture");
  shape_ = {all[1], all[2], all[3]};
  stride_ = shape_.elements();
  auto held = std::make_shared<const Array>(std::move(pixels));
  numbers_ = held->data();
  memory_ = std::move(held);
}

Pictures::Pictures(std::shared_ptr<const PictureMemory> bytes, const Shape& shape, std::vector<int32_t> labels,
                   std::vector<PictureOrigin> origins)
    : numbers_(bytes->data()),
      dtype_(DType::u8),
      labels_(std::move(labels)),
      origins_(std::move(origins)),
      shape_(shape),
      stride_(shape.elements()) {
  assert(origins_.size() == labels_.size() && "one origin a picture");
  memory_ = std::move(bytes);
}

Split::Split(std::shared_ptr<const Pictures> pictures) : pictures_(std::move(pictures)) {
  places_.resize(static_cast<size_t>(pictures_->size()));
  std::iota(places_.begin(), places_.end(), 0u);
}

Split::Split(std::shared_ptr<const Pictures> pictures, std::vector<uint32_t> places)
    : pictures_(std::move(pictures)), places_(std::move(places)) {}

std::vector<int64_t> Split::class_counts(int64_t classes) const {
  std::vector<int64_t> counts(static_cast<size_t>(classes));
  for (int64_t i = 0; i < size(); ++i) ++counts[static_cast<size_t>(label(i))];
  return counts;
}

}  // namespace fovea
