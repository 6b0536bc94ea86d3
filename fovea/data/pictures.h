// Pictures and their labels, held once. Splits are lists of places in them: cutting and shuffling copies nothing.
#pragma once

#include <algorithm>
#include <cassert>
#include <compare>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fovea/base/file.h"
#include "fovea/data/picture_memory.h"
#include "fovea/tensor/array.h"

namespace fovea {

// Where a picture comes from that has a file of its own, and what it was before it was brought to size.
struct PictureOrigin {
  std::string path;
  int64_t height = 0, width = 0, channels = 0;
};

// xxh3 of a picture's numbers, 128 bits.
struct PictureHash {
  uint64_t high = 0, low = 0;
  auto operator<=>(const PictureHash&) const = default;
};
PictureHash hash_of(Bytes numbers);

// Pictures that came from files, as bytes: one label, origin and hash each.
struct FilePictures {
  std::shared_ptr<const PictureMemory> memory;
  Shape shape;                  // (h, w, c)
  std::vector<uint32_t> slots;  // where in memory each lies, counted in pictures; empty: one after the other
  std::vector<int32_t> labels;
  std::vector<PictureOrigin> origins;
  std::vector<PictureHash> hashes;
};

// N pictures of one shape (h, w, c), one after the other, as uint8 or float32. Never changes once it is made.
class Pictures {
 public:
  // pixels: (N, h, w, c). As many labels as pictures; whoever makes it has checked both.
  Pictures(Array pixels, std::vector<int32_t> labels);
  explicit Pictures(FilePictures files);

  int64_t size() const { return static_cast<int64_t>(labels_.size()); }
  const Shape& shape() const { return shape_; }
  DType dtype() const { return dtype_; }
  const std::vector<int32_t>& labels() const { return labels_; }

  const uint8_t* bytes(int64_t i) const {
    assert(dtype() == DType::u8 && "bytes of uint8 pictures");
    return static_cast<const uint8_t*>(numbers_) + slot(i) * stride_;
  }
  const float* floats(int64_t i) const {
    assert(dtype() == DType::f32 && "floats of float32 pictures");
    return static_cast<const float*>(numbers_) + i * stride_;
  }
  // Of picture i.
  Bytes numbers(int64_t i) const {
    const size_t bytes = static_cast<size_t>(stride_) * size_of(dtype());
    return {static_cast<const uint8_t*>(numbers_) + static_cast<size_t>(slot(i)) * bytes, bytes};
  }
  PictureHash hash(int64_t i) const {
    return hashes_.empty() ? hash_of(numbers(i)) : hashes_[static_cast<size_t>(i)];
  }
  // Picture i is needed soon: where it lies in a file, the system begins to read it.
  void expect(int64_t i) const {
    if (file_ != nullptr) file_->expect(numbers(i).data(), numbers(i).size());
  }
  const PictureOrigin* origin(int64_t i) const {  // null where there are none
    return origins_.empty() ? nullptr : &origins_[static_cast<size_t>(i)];
  }

 private:
  int64_t slot(int64_t i) const { return slots_.empty() ? i : slots_[static_cast<size_t>(i)]; }

  std::shared_ptr<const void> memory_;     // that holds the numbers
  const PictureMemory* file_ = nullptr;    // the same, where it is a file
  const void* numbers_;
  DType dtype_;
  std::vector<int32_t> labels_;
  std::vector<PictureOrigin> origins_;
  std::vector<PictureHash> hashes_;
  std::vector<uint32_t> slots_;
  Shape shape_;
  int64_t stride_;  // numbers of a picture
};

// Some of the pictures, in an order of their own. An empty split has no pictures behind it.
class Split {
 public:
  Split() = default;
  explicit Split(std::shared_ptr<const Pictures> pictures);  // all, in order
  Split(std::shared_ptr<const Pictures> pictures, std::vector<uint32_t> places);

  // The first so many of it, or all where there are no more.
  Split first(int64_t count) const {
    return Split(pictures_, {places_.begin(), places_.begin() + std::min(count, size())});
  }

  int64_t size() const { return static_cast<int64_t>(places_.size()); }
  bool empty() const { return places_.empty(); }
  Shape picture_shape() const { return pictures_ ? pictures_->shape() : Shape(); }
  DType dtype() const { return pictures_ ? pictures_->dtype() : DType::u8; }
  const uint8_t* bytes(int64_t i) const { return pictures_->bytes(place(i)); }
  const float* floats(int64_t i) const { return pictures_->floats(place(i)); }
  int32_t label(int64_t i) const { return pictures_->labels()[static_cast<size_t>(place(i))]; }
  // Where picture i stands among the data set's own: its number in a DATA:SPLIT:INDEX of the whole.
  int64_t place(int64_t i) const { return places_[static_cast<size_t>(i)]; }
  const PictureOrigin* origin(int64_t i) const { return pictures_->origin(place(i)); }
  Bytes numbers(int64_t i) const { return pictures_->numbers(place(i)); }
  PictureHash hash(int64_t i) const { return pictures_->hash(place(i)); }
  void expect(int64_t i) const { pictures_->expect(place(i)); }

  std::vector<int64_t> class_counts(int64_t classes) const;

 private:
  std::shared_ptr<const Pictures> pictures_;
  std::vector<uint32_t> places_;
};

}  // namespace fovea
