// A plan in its steady state allocates nothing of ours: this program's operator new is counted, oneDNN's calls of it
// too.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

#include "fovea/layers/activation.h"
#include "fovea/layers/average_pooling2d.h"
#include "fovea/layers/batch_normalization.h"
#include "fovea/layers/conv2d.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/dropout.h"
#include "fovea/layers/flatten.h"
#include "fovea/layers/global_average_pooling2d.h"
#include "fovea/layers/max_pooling2d.h"
#include "fovea/layers/relu.h"
#include "fovea/layers/rescaling.h"
#include "fovea/model/runner.h"
#include "fovea/train/optimizer.h"

namespace {

std::atomic<int64_t> allocations{0};

// Null where there is no memory.
void* counted(size_t bytes, size_t alignment) noexcept {
  allocations.fetch_add(1, std::memory_order_relaxed);
  void* memory = nullptr;
  return ::posix_memalign(&memory, std::max(alignment, sizeof(void*)), std::max<size_t>(bytes, 1)) == 0 ? memory : nullptr;
}

void* or_throw(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

// Inlined, GCC takes it for a mistake.
[[gnu::noinline]] void give_back(void* memory) noexcept { std::free(memory); }

}  // namespace

void* operator new(size_t bytes) { return or_throw(counted(bytes, __STDCPP_DEFAULT_NEW_ALIGNMENT__)); }
void* operator new(size_t bytes, const std::nothrow_t&) noexcept { return counted(bytes, __STDCPP_DEFAULT_NEW_ALIGNMENT__); }
void* operator new(size_t bytes, std::align_val_t alignment) { return or_throw(counted(bytes, static_cast<size_t>(alignment))); }
void operator delete(void* memory) noexcept { give_back(memory); }
void operator delete(void* memory, size_t) noexcept { give_back(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { give_back(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { give_back(memory); }

namespace fovea {
namespace {

constexpr int64_t kBatch = 10;

class StillFeed final : public kernels::Feed {
 public:
  StillFeed(int64_t picture, int64_t classes) : picture_(picture), classes_(classes) {}
  void pictures(int64_t first, int64_t rows, float* dst) const override {
    for (int64_t i = 0; i < rows * picture_; ++i) dst[i] = static_cast<float>((first * picture_ + i) % 17) / 17;
  }
  void targets(int64_t first, int64_t rows, float* dst) const override {
    for (int64_t i = 0; i < rows * classes_; ++i)
      dst[i] = i % classes_ == (first + i / classes_) % classes_ ? 1.0f : 0.0f;
  }

 private:
  int64_t picture_, classes_;
};

// Allocations of each of a few steps: forward, backward, update. The first ones, in which every thread comes to run its
// first kernel and caches grow, are not counted.
std::vector<int64_t> allocations_of_steps(Model model, int threads, const OptimizerOptions& options = {}) {
  Optimizer optimizer(options);
  model.parameters().book_slots(model.graph(), optimizer.slots());
  ThreadPool pool(threads);
  Runner runner(model, pool,
                {.batch = kBatch,
                 .lanes = 3,
                 .tile = 2,
                 .training = true,
                 .gradients = true,
                 .loss = PlanOptions::Loss{},
                 .update = &optimizer});
  const StillFeed feed(model.input_shape().elements(), model.classes());
  std::vector<int64_t> counts;
  counts.reserve(64);
  runner.plan(kBatch);
  constexpr int kFirst = 40, kCounted = 6;
  for (int step = 0; step < kFirst + kCounted; ++step) {
    if (step == kFirst) counts.clear();
    const int64_t before = allocations;
    optimizer.begin_step();
    Plan& plan = runner.compute(kBatch, {.feed = &feed, .seed = 1, .position = step * kBatch});
    optimizer.commit(plan);
    runner.update(plan, {.feed = &feed});
    counts.push_back(allocations - before);
  }
  return counts;
}

TEST(Allocations, OfOurOwnKernelsAreNone) {
  const auto net = [] {
    return sequential({.input_shape = {12, 12, 5}}, Rescaling({.scale = 2, .offset = -1}), MaxPooling2D(),
                      BatchNormalization(), ReLU({.negative_slope = 0.1f}),
                      AveragePooling2D({.pool_size = 3, .strides = 1}), Activation(ActivationKind::tanh), Dropout(0.3f),
                      GlobalAveragePooling2D(), BatchNormalization(), Activation(ActivationKind::softmax));
  };
  for (const int threads : {1, 3})
    for (const int64_t count : allocations_of_steps(net(), threads)) EXPECT_EQ(count, 0) << threads << " threads";
}

TEST(Allocations, OfPenaltiesConstraintsAndOptimizerOptionsAreNone) {
  const auto net = [] {
    const Constraint longest = {.kind = ConstraintKind::max_norm, .max_value = 0.9};
    return sequential({.input_shape = {6, 6, 4}},
                      BatchNormalization({.beta_regularizer = {.l1 = 0.1}, .gamma_regularizer = {.l2 = 0.1},
                                          .beta_constraint = {.kind = ConstraintKind::non_neg}, .gamma_constraint = longest}),
                      GlobalAveragePooling2D(), Activation(ActivationKind::softmax));
  };
  const OptimizerOptions options = {.name = "nadam", .weight_decay = 0.1, .clipnorm = 0.1, .use_ema = true,
                                    .ema_overwrite_frequency = 3, .gradient_accumulation_steps = 2};
  for (const int threads : {1, 3})
    for (const int64_t count : allocations_of_steps(net(), threads, options)) EXPECT_EQ(count, 0) << threads << " threads";
}

TEST(Allocations, OfATrainingStepAreTheSameInEveryStep) {
  const auto net = [] {
    return sequential({.input_shape = {12, 12, 3}},
                      Conv2D({.filters = 8, .kernel_size = 3, .activation = ActivationKind::relu}),
                      BatchNormalization(), MaxPooling2D(), Dropout(0.3f), Conv2D({.filters = 16, .kernel_size = 3}),
                      Flatten(), Dense({.units = 20, .activation = ActivationKind::relu}),
                      Dense({.units = 4, .activation = ActivationKind::softmax}));
  };
  for (const int threads : {1, 3}) {
    const auto counts = allocations_of_steps(net(), threads);
    RecordProperty("allocations_of_onednn", std::to_string(counts.back()));
    // On a busy machine a thread may come to its first kernel late: in a step of its own for each.
    const int64_t usual = *std::ranges::min_element(counts);
    EXPECT_GE(std::ranges::count(counts, usual), std::ssize(counts) - (threads - 1)) << threads << " threads";
  }
}

}  // namespace
}  // namespace fovea
