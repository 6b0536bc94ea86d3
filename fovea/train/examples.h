// What training and evaluation read: labelled pictures by number, ready for the model (float, preprocessed).
//
// `picture` is called inside tiles' tasks, from several threads at once.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fovea/tensor/array.h"
#include "fovea/tensor/shape.h"

namespace fovea {

// For which place in the order of a training's epoch an example is drawn: the address of whatever is random about it.
struct Draw {
  uint64_t seed = 0, epoch = 0, position = 0;

  Draw behind(int64_t places) const { return {seed, epoch, position + static_cast<uint64_t>(places)}; }
};

class Examples {
 public:
  virtual ~Examples() = default;
  virtual int64_t size() const = 0;
  virtual const Shape& shape() const = 0;                       // of one picture
  // The layer (node of the model's graph) whose output they are: the model's input, unless they are features of a frozen
  // front (feature_examples.h).
  virtual int node() const { return 0; }
  virtual int64_t classes() const = 0;
  virtual int32_t label(int64_t i) const = 0;
  virtual void picture(int64_t i, float* dst) const = 0;        // nhwc
  // One-hot unless the data say otherwise.
  virtual void target(int64_t i, float* dst) const;
  // The example is asked for soon: what has to be read for it may begin. Returns at once.
  virtual void expect(int64_t) const {}
  // The same for a step of training, which augmentation may change. They depend on their arguments alone.
  virtual void drawn_picture(int64_t i, const Draw&, float* dst) const { picture(i, dst); }
  virtual void drawn_target(int64_t i, const Draw&, float* dst) const { target(i, dst); }
  virtual int32_t drawn_label(int64_t i, const Draw&) const { return label(i); }  // the largest of its target
  virtual void expect_drawn(int64_t i, const Draw&) const { expect(i); }
};

// Pictures and labels that are in memory already, as float32 (n, h, w, c) or (n, features). Throws Error (usage) where
// their numbers differ or a label is no class.
class ArrayExamples final : public Examples {
 public:
  ArrayExamples(Array pictures, std::vector<int32_t> labels, int64_t classes);

  int64_t size() const override { return static_cast<int64_t>(labels_.size()); }
  const Shape& shape() const override { return shape_; }
  int64_t classes() const override { return classes_; }
  int32_t label(int64_t i) const override { return labels_[static_cast<size_t>(i)]; }
  void picture(int64_t i, float* dst) const override;

 private:
  Array pictures_;
  std::vector<int32_t> labels_;
  int64_t classes_;
  Shape shape_;
};

}  // namespace fovea
