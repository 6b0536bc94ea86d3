#include "fovea/base/background.h"

#include <gtest/gtest.h>

#include <future>
#include <stdexcept>

namespace fovea {
namespace {

TEST(Background, RunsOneTaskAfterTheOther) {
  Background background;
  EXPECT_FALSE(background.busy());
  background.finish();  // nothing to wait for
  std::promise<void> go;
  int done = 0;
  background.start([&] {
    go.get_future().wait();
    ++done;
  });
  EXPECT_TRUE(background.busy());
  go.set_value();
  background.finish();
  EXPECT_EQ(done, 1);
  background.start([&] { ++done; });
  background.finish();
  EXPECT_EQ(done, 2);
}

TEST(Background, ThrowsWhatItsTaskThrewOnce) {
  Background background;
  background.start([] { throw std::runtime_error("disk"); });
  EXPECT_THROW(background.finish(), std::runtime_error);
  background.finish();
  bool done = false;
  background.start([&] { done = true; });
  background.finish();
  EXPECT_TRUE(done);
}

TEST(Background, EndsItsTaskBeforeItEnds) {
  bool done = false;
  {
    Background background;
    background.start([&] { done = true; });
  }
  EXPECT_TRUE(done);
}

}  // namespace
}  // namespace fovea
