// A split of a data set as a model takes it: pictures of the model's shape, preprocessed; labels as the model's
// classes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fovea/data/canvas.h"
#include "fovea/data/dataset.h"
#include "fovea/data/fit_picture.h"
#include "fovea/data/preprocess.h"
#include "fovea/data/standardize.h"
#include "fovea/model/model.h"
#include "fovea/train/examples.h"

namespace fovea {

// What is done to a picture before a model sees it. Bytes are brought to size and preprocessed; float32 pictures are
// brought to size and otherwise taken as they are. Both are standardized, where that is asked for.
struct PictureRules {
  Shape shape;  // what the model takes
  Preprocess preprocess = Preprocess::unit;
  Resizing resizing = {};
  std::shared_ptr<const Standardize> standardize = nullptr;
};

// The rules for pictures of one shape, worked out once; may be asked by several threads.
class PictureReader {
 public:
  // Throws Error (usage) where pictures of this shape cannot be what the rules ask for.
  PictureReader(const Shape& src, const PictureRules& rules, const std::string& where);

  void read(const uint8_t* src, float* dst) const;
  void read(const float* src, float* dst) const;

  // The two halves of reading: pictures of the model's size as the data have them, and what the model takes of such bytes or
  // floats. dst may be src.
  void fit(const uint8_t* src, float* dst) const { fit_.fit(src, dst); }
  void fit(const float* src, float* dst) const { fit_.fit(src, dst); }
  void preprocess_bytes(const float* src, float* dst) const;
  void preprocess_floats(const float* src, float* dst) const;

 private:
  void standardize(float* picture) const {
    if (standardize_) standardize_->apply(picture);
  }

  PictureFit fit_;
  Preprocess preprocess_;
  std::shared_ptr<const Standardize> standardize_;
};

// Which class of a model each class of a data set is: by name, or by number where either has no names (labels written as
// numbers are names where the model's are numbers). Throws Error (file) for a name that the model has not.
std::vector<int32_t> match_classes(const Dataset& dataset, const Model& model);

class DataExamples final : public Examples {
 public:
  // `classes` as match_classes says. Throws Error (file) where a label is no class of the model.
  DataExamples(const Split& split, const PictureRules& rules, const std::vector<int32_t>& classes,
               int64_t model_classes, const std::string& where);

  int64_t size() const override { return split_.size(); }
  const Shape& shape() const override { return shape_; }
  int64_t classes() const override { return classes_; }
  int32_t label(int64_t i) const override { return class_of_[static_cast<size_t>(split_.label(i))]; }
  void picture(int64_t i, float* dst) const override;
  void expect(int64_t i) const override { split_.expect(i); }

  // A picture of the model's size as the data have it, and what makes it ready for the model. dst may be src.
  void unprocessed(int64_t i, float* dst) const;
  void preprocess(const float* src, float* dst) const;
  // The numbers of unprocessed pictures: 0 … 255, of float32 pictures the smallest and the largest there is.
  ValueRange value_range() const;

 private:
  Split split_;
  Shape shape_;
  PictureReader reader_;
  std::vector<int32_t> class_of_;
  int64_t classes_;
};

}  // namespace fovea
