#include "fovea/base/thread_pool.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace fovea {
namespace {

TEST(ThreadPool, RunsEveryTaskOnceForAnyNumberOfThreads) {
  for (int threads : {1, 2, 3, 8}) {
    ThreadPool pool(threads);
    for (int tasks : {0, 1, 2, 5, 64}) {
      std::vector<std::atomic<int>> count(64);
      for (int repeat = 0; repeat < 50; ++repeat) pool.run(tasks, [&](int i) { ++count[static_cast<size_t>(i)]; });
      for (int i = 0; i < tasks; ++i) EXPECT_EQ(count[static_cast<size_t>(i)], 50);
    }
  }
}

TEST(ThreadPool, GivesATasksExceptionToTheCallerAndGoesOn) {
  ThreadPool pool(2);
  EXPECT_THROW(pool.run(4, [](int i) { if (i == 3) throw std::runtime_error("three"); }), std::runtime_error);
  std::atomic<int> sum{0};
  pool.run(4, [&](int i) { sum += i; });
  EXPECT_EQ(sum, 6);
}

TEST(AvailableCores, IsAtLeastOne) { EXPECT_GE(available_cores(), 1); }

}  // namespace
}  // namespace fovea
