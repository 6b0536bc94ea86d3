// Two pictures made one, and their labels: mixup (Zhang et al. 2017) and CutMix (Yun et al. 2019).
//
// Each picture draws its own share and its own partner among all training pictures, so that neither batches nor threads
// matter.
#pragma once

#include <optional>

#include "fovea/data/crop.h"

namespace fovea {

struct MixOptions {
  double mixup = 0, cutmix = 0;  // alpha of the Beta distribution of shares; with both, one of them for each picture

  bool any() const { return mixup > 0 || cutmix > 0; }
  template <class Visitor>
  void fields(Visitor& v) {
    v("mixup", mixup);
    v("cutmix", cutmix);
  }
};
void check(const MixOptions& options, const std::string& where);

struct Mix {
  int64_t partner = 0;
  double share = 1;             // of the picture itself, and so of its label
  std::optional<Box> box = {};  // the partner's part; none where all numbers are mixed
};

// Of one of `pictures` pictures of a shape.
Mix draw_mix(const MixOptions& options, int64_t pictures, const Shape& shape, RandomStream& random);

// dst = share · dst + (1 - share) · partner, or the partner's box in dst.
void apply_mix(const Mix& mix, const Shape& shape, const float* partner, float* dst);

}  // namespace fovea
