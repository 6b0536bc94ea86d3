// What a frozen front of a model (model/front.h) makes of examples, computed once: training goes on from it. In memory, or
// in a file of the cache that the next run finds.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "fovea/base/thread_pool.h"
#include "fovea/data/feature_file.h"
#include "fovea/model/model.h"
#include "fovea/train/examples.h"

namespace fovea {

struct FeatureOptions {
  // 0: of the examples as they are. Else of so many draws of each: epoch e of a training has draw e modulo copies.
  int64_t copies = 0;
  uint64_t seed = 0;  // of the draws
  int lanes = 0;      // as PlanOptions::lanes
  // In a file of this folder; null: in memory.
  const CacheFolder* folder = nullptr;
  // With a folder: what the examples' numbers follow from, as a text: data, preprocessing, augmentation.
  std::string source = {};
  std::function<void(int64_t done, int64_t rows)> progress = {};  // behind every batch
};

class FeatureExamples final : public Examples {
 public:
  // The output of a node of the model for every example; `source` has to outlive it. Throws Error (file) where the file
  // cannot be written, std::bad_alloc where the memory is not there.
  FeatureExamples(const Examples& source, Model& model, int node, ThreadPool& pool, const FeatureOptions& options);

  static FeatureSize size_of(const Examples& source, const Model& model, int node, int64_t copies);

  int64_t size() const override { return source_.size(); }
  const Shape& shape() const override { return shape_; }
  int node() const override { return node_; }
  int64_t classes() const override { return source_.classes(); }
  int32_t label(int64_t i) const override { return source_.label(i); }
  void target(int64_t i, float* dst) const override { source_.target(i, dst); }
  // With copies: of the first draw.
  void picture(int64_t i, float* dst) const override { copy_row(i, dst); }
  void drawn_picture(int64_t i, const Draw& draw, float* dst) const override;
  void drawn_target(int64_t i, const Draw& draw, float* dst) const override;
  int32_t drawn_label(int64_t i, const Draw& draw) const override;
  void expect_drawn(int64_t i, const Draw& draw) const override;

  bool was_found() const { return found_; }  // in the folder

 private:
  int64_t copy_of(const Draw& draw) const;
  Draw draw_of(int64_t copy, int64_t i) const;
  const float* row(int64_t row) const;
  void copy_row(int64_t row, float* dst) const;
  void compute(Model& model, ThreadPool& pool, const FeatureOptions& options, const std::function<void(int64_t, int64_t, const float*)>& put) const;

  const Examples& source_;
  int node_;
  Shape shape_;
  int64_t copies_;
  uint64_t seed_;
  std::shared_ptr<const PictureMemory> memory_;
  bool found_ = false;
};

}  // namespace fovea
