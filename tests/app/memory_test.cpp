// How much memory the whole program takes beside the weights.
#include <gtest/gtest.h>

#include "fovea/base/sanitizers.h"
#include "tests/harness/program.h"

namespace fovea {
namespace {

constexpr int64_t kMebibyte = int64_t{1} << 20;
constexpr int64_t kWeights = 14'714'688 * 4;  // VGG16's without its top

TEST(Memory, OfVgg16IsHardlyMoreThanItsWeights) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer has memory of its own";
  const Workplace place;
  const Ended trained = place.run({"train", "vgg16", "--image-size", "32", "--head", "gap,dense:8", "--freeze", "base", "--data", "shapes.npz", "--epochs",
                                   "1", "--save", "vgg16.safetensors"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_LT(trained.peak_memory, kWeights + 120 * kMebibyte);
  // A file's weights are not held twice, and of a batch, a shorter one and a single picture all read the same copies.
  for (const char* batch : {"32", "10", "1"}) {
    const Ended predicted = place.run({"eval", "vgg16.safetensors", "--data", "shapes.npz", "--batch-size", batch});
    ASSERT_EQ(predicted.code, 0) << predicted.err;
    EXPECT_LT(predicted.peak_memory, kWeights + 80 * kMebibyte) << "batches of " << batch;
  }
}

}  // namespace
}  // namespace fovea
