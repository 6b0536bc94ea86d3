// What a training says while it runs: plain lines in a pipe, one rewritten line on a terminal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/harness/program.h"

namespace fovea {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::vector<std::string> kShort = {"--epochs", "2"};

TEST(Progress, IsALineAnEpochInAPipe) {
  const Workplace place;
  const Ended ended = place.train("a", kShort);
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("\nepoch 1/2  loss "));
  EXPECT_THAT(ended.err, HasSubstr("\nepoch 2/2  loss "));
  EXPECT_THAT(ended.err, HasSubstr("  val_accuracy "));
  EXPECT_THAT(ended.err, Not(HasSubstr("\r")));
  EXPECT_THAT(ended.err, Not(HasSubstr("\x1b")));
}

TEST(Progress, IsRewrittenOnATerminal) {
  if (!terminals_exist()) GTEST_SKIP() << "this system hands out no terminals";
  const Workplace place;
  const Ended ended = place.train("a", kShort, {.environment = {"TERM=xterm", "COLUMNS=40"}, .terminal = true});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("\repoch 1/2  [===================="));
  EXPECT_THAT(ended.err, HasSubstr("\x1b[K"));
}

TEST(Progress, IsPlainOnADumbTerminal) {
  if (!terminals_exist()) GTEST_SKIP() << "this system hands out no terminals";
  const Workplace place;
  const Ended ended = place.train("a", kShort, {.environment = {"TERM=dumb"}, .terminal = true});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.err, Not(HasSubstr("\x1b")));
}

TEST(Progress, IsSilentWhereItShallBe) {
  const Workplace place;
  const Ended ended = place.train("a", {"--epochs", "1", "--quiet"});
  EXPECT_EQ(ended.err, "");
  EXPECT_THAT(ended.out, HasSubstr("runs/train/a"));
}

TEST(Progress, ColoursErrorsOnlyWhereItMay) {
  if (!terminals_exist()) GTEST_SKIP() << "this system hands out no terminals";
  const Workplace place;
  const auto error = [&](std::vector<std::string> environment) {
    return place.run({"train"}, {.environment = std::move(environment), .terminal = true}).err;
  };
  EXPECT_THAT(error({"TERM=xterm"}), HasSubstr("\x1b[31m"));
  EXPECT_THAT(error({"TERM=xterm", "NO_COLOR=1"}), HasSubstr("fovea: error: MODEL"));
  EXPECT_THAT(error({"TERM=dumb"}), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace fovea
