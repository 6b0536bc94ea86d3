// Training examples that are changed at random, or mixed with others, each time they are drawn. What is done to one
// depends on seed, epoch and place in the epoch's order alone: neither on threads nor on where a run was resumed. Asked
// for by number they are as they are.
#pragma once

#include <string>

#include "fovea/data/augment.h"
#include "fovea/train/data_examples.h"

namespace fovea {

class AugmentedExamples final : public Examples {
 public:
  // `source` has to outlive it. The options are checked.
  AugmentedExamples(const DataExamples& source, const AugmentOptions& options);
  const AugmentOptions& options() const { return augment_.options(); }

  int64_t size() const override { return source_.size(); }
  const Shape& shape() const override { return source_.shape(); }
  int64_t classes() const override { return source_.classes(); }
  int32_t label(int64_t i) const override { return source_.label(i); }
  void picture(int64_t i, float* dst) const override { source_.picture(i, dst); }
  void target(int64_t i, float* dst) const override { source_.target(i, dst); }
  void drawn_picture(int64_t i, const Draw& draw, float* dst) const override;
  void drawn_target(int64_t i, const Draw& draw, float* dst) const override;
  int32_t drawn_label(int64_t i, const Draw& draw) const override;
  void expect(int64_t i) const override { source_.expect(i); }
  void expect_drawn(int64_t i, const Draw& draw) const override;

 private:
  Mix mix(const Draw& draw) const;
  void draw_one(int64_t i, uint32_t stream, const Draw& draw, float* dst) const;

  const DataExamples& source_;
  Augment augment_;
};

}  // namespace fovea
