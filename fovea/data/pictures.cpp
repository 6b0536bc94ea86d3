#include "fovea/data/pictures.h"

#include <xxhash.h>

#include <numeric>

namespace fovea {

PictureHash hash_of(Bytes numbers) {
  const XXH128_hash_t hash = XXH3_128bits(numbers.data(), numbers.size());
  return {hash.high64, hash.low64};
}

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

Pictures::Pictures(FilePictures files)
    : file_(files.memory->is_file() ? files.memory.get() : nullptr),
      numbers_(files.memory->data()),
      dtype_(DType::u8),
      labels_(std::move(files.labels)),
      origins_(std::move(files.origins)),
      hashes_(std::move(files.hashes)),
      slots_(std::move(files.slots)),
      shape_(files.shape),
      stride_(shape_.elements()) {
  assert(origins_.size() == labels_.size() && hashes_.size() == labels_.size() && "one origin and hash a picture");
  assert((slots_.empty() || slots_.size() == labels_.size()) && "one slot a picture");
  memory_ = std::move(files.memory);
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
