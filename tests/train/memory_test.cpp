// Fits in a row need no more memory than the first ones.
#include <gtest/gtest.h>
#include <malloc.h>
#include <unistd.h>

#include <fstream>

#include "fovea/base/sanitizers.h"
#include "fovea/layers/batch_normalization.h"
#include "fovea/layers/conv2d.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/dropout.h"
#include "fovea/layers/flatten.h"
#include "fovea/train/early_stopping.h"
#include "fovea/train/trainer.h"
#include "tests/harness/run_model.h"

namespace fovea {
namespace {

// Of this process, in bytes.
int64_t resident() {
  int64_t size = 0, pages = 0;
  std::ifstream("/proc/self/statm") >> size >> pages;
  return pages * ::sysconf(_SC_PAGESIZE);
}

void fit_anew(const Examples& examples, uint64_t seed) {
  Model model = sequential({.input_shape = {16, 16, 3}, .seed = seed}, Conv2D({.filters = 16, .kernel_size = {3, 3}}),
                           BatchNormalization(), Flatten(), Dropout({.rate = 0.5}),
                           Dense({.units = 3, .activation = ActivationKind::softmax}));
  Trainer trainer(model, {.seed = seed, .threads = 2, .metrics = {"auc"}});
  EarlyStopping stop({.restore_best_weights = true});
  trainer.fit(examples, {.epochs = 2, .batch_size = 8, .validation = &examples, .callbacks = {&stop}});
}

TEST(Memory, StaysFlatOverTwoHundredFits) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer keeps freed memory";
  std::vector<int32_t> labels;
  for (int i = 0; i < 20; ++i) labels.push_back(i % 3);
  const ArrayExamples examples(Array::of<float>({20, 16, 16, 3}, random_floats(20 * 768, 1)), labels, 3);
  uint64_t seed = 0;
  while (seed < 20) fit_anew(examples, seed++);
  ::malloc_trim(0);
  const int64_t before = resident();
  while (seed < 220) fit_anew(examples, seed++);
  ::malloc_trim(0);
  EXPECT_LT(resident() - before, 1 << 20) << "bytes more after 200 fits";
}

}  // namespace
}  // namespace fovea
