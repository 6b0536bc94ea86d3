#include "fovea/base/contained.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <numeric>
#include <vector>

#include "fovea/base/error.h"
#include "fovea/base/sanitizers.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

void take_nothing(Bytes) { ADD_FAILURE() << "something came"; }

TEST(Contained, HandsOverWhatIsPut) {
  std::vector<uint8_t> sent(3 * kContainedPiece + 5), got;
  std::iota(sent.begin(), sent.end(), uint8_t{0});
  size_t pieces = 0;
  const auto end = run_contained(
      [&](const Put& put) {
        put(sent);
        put(as_bytes("end"));
        sent.clear();  // here, not there
      },
      [&](Bytes piece) {
        EXPECT_LE(piece.size(), kContainedPiece);
        got.insert(got.end(), piece.begin(), piece.end());
        ++pieces;
      });
  EXPECT_EQ(end, ContainedEnd::done);
  EXPECT_EQ(pieces, 5u);
  EXPECT_EQ(sent.size(), 3 * kContainedPiece + 5);
  sent.insert(sent.end(), {'e', 'n', 'd'});
  EXPECT_EQ(got, sent);
}

TEST(Contained, PassesAnErrorOn) {
  EXPECT_EQ(refusal([] { run_contained([](const Put&) { throw file_error("a.h5", "is bad"); }, take_nothing); }),
            "a.h5: is bad");
}

TEST(Contained, SurvivesTheDeathOfTheChild) {
  for (const int number : {SIGSEGV, SIGABRT, SIGKILL})
    EXPECT_EQ(run_contained([&](const Put&) { std::raise(number); }, take_nothing), ContainedEnd::failed);
  EXPECT_EQ(run_contained([](const Put&) { std::_Exit(0); }, take_nothing), ContainedEnd::failed);
}

TEST(Contained, EndsWorkThatTakesTooLong) {
  const auto forever = [](const Put&) {
    volatile bool more = true;
    while (more) {
    }
  };
  EXPECT_EQ(run_contained(forever, take_nothing, {.seconds = 1}), ContainedEnd::too_long);
}

TEST(Contained, LimitsItsMemory) {
  const auto greedy = [](const Put& put) {
    std::vector<char> much(size_t{1} << 28, 'x');
    put({reinterpret_cast<const uint8_t*>(much.data()), 1});
  };
  EXPECT_EQ(run_contained(greedy, take_nothing, {.memory = uint64_t{1} << 27}), ContainedEnd::failed);
  EXPECT_EQ(run_contained(greedy, [](Bytes) {}, {.memory = uint64_t{1} << 30}), ContainedEnd::done);
}

TEST(Contained, OpensNoFilesThere) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer needs files there";
  const auto open = [](const Put&) {
    if (::open("/dev/null", O_RDONLY) >= 0) throw file_error("/dev/null", "could be opened");
  };
  EXPECT_EQ(run_contained(open, take_nothing), ContainedEnd::done);
}

// What takes throws: the child is ended, however long it would go on.
TEST(Contained, CanBeLeftEarly) {
  const auto endless = [](const Put& put) {
    while (true) put(as_bytes("more"));
  };
  EXPECT_EQ(refusal([&] { run_contained(endless, [](Bytes) { throw file_error("x", "enough"); }); }), "x: enough");
}

}  // namespace
}  // namespace fovea
