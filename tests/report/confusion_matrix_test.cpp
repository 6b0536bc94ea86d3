#include "fovea/report/confusion_matrix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "fovea/base/error.h"
#include "fovea/report/text.h"

namespace fovea {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::vector<std::string> kClothes = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                           "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};

// Every count differs from the others, so that none can stand in another's place.
ConfusionMatrix numbered(int classes, std::vector<std::string> names = {}) {
  ConfusionMatrix matrix(classes, std::move(names));
  for (int i = 0; i < classes; ++i)
    for (int j = 0; j < classes; ++j) matrix.add(i, j, i * classes + j);
  return matrix;
}

size_t widest_line(const std::string& text) {
  std::istringstream lines(text);
  size_t widest = 0;
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, count_characters(line));
  return widest;
}

TEST(ConfusionMatrix, HasTrueClassesAsRows) {
  ConfusionMatrix matrix(3);
  matrix.add(std::vector<int32_t>{0, 0, 1, 2, 2, 2}, std::vector<int32_t>{0, 1, 1, 0, 0, 2});
  EXPECT_EQ(matrix.json().dump(), "[[1,1,0],[0,1,0],[2,0,1]]");
  EXPECT_EQ(matrix.total(), 6);
  EXPECT_EQ(matrix.correct(), 3);
  EXPECT_EQ(matrix.true_total(2), 3);
  EXPECT_EQ(matrix.predicted_total(0), 3);
}

TEST(ConfusionMatrix, NumbersClassesWithoutNames) {
  EXPECT_EQ(ConfusionMatrix(3).names(), (std::vector<std::string>{"0", "1", "2"}));
}

TEST(ConfusionMatrix, RefusesAnotherNumberOfNames) {
  try {
    ConfusionMatrix(3, {"a", "b"});
    FAIL() << "accepted";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::usage);
    EXPECT_STREQ(e.what(), "class names: one name for each class is needed (got 2 names, expected 3)");
  }
}

TEST(ConfusionMatrixDeathTest, AssertsThatLabelsAreClasses) {
  ConfusionMatrix matrix(3);
  EXPECT_DEATH(matrix.add(3, 0), "a true label is the index of a class");
  EXPECT_DEATH(matrix.add(-1, 0), "a true label is the index of a class");
  EXPECT_DEATH(matrix.add(0, 3), "a predicted label is the index of a class");
}

TEST(ConfusionMatrixCsv, QuotesWhatNeedsIt) {
  ConfusionMatrix matrix(4, {"plain", "with, comma", "with \"quotes\"", "two\nlines"});
  matrix.add(1, 2, 7);
  EXPECT_EQ(confusion_matrix_csv(matrix),
            "true \\ predicted,plain,\"with, comma\",\"with \"\"quotes\"\"\",\"two\nlines\"\n"
            "plain,0,0,0,0\n"
            "\"with, comma\",0,0,7,0\n"
            "\"with \"\"quotes\"\"\",0,0,0,0\n"
            "\"two\nlines\",0,0,0,0\n");
}

TEST(ConfusionMatrixText, NamesBothAxes) {
  ConfusionMatrix matrix(2, {"cat", "sheepdog"});
  matrix.add(0, 0, 12);
  matrix.add(0, 1, 3);
  matrix.add(1, 1, 1200);
  EXPECT_EQ(confusion_matrix_text(matrix),
            "Confusion matrix: rows are true classes, columns are predicted classes.\n"
            "\n"
            "          cat  sheepdog\n"
            "cat        12         3\n"
            "sheepdog    0      1200\n");
}

TEST(ConfusionMatrixText, NumbersColumnsWhereNamesAreTooWide) {
  const std::string text = confusion_matrix_text(numbered(10, kClothes));
  EXPECT_THAT(text, HasSubstr("columns are predicted classes by number.\n"));
  EXPECT_THAT(text, HasSubstr("                0   1   2   3   4   5   6   7   8   9\n"
                              "0 T-shirt/top   0   1   2   3   4   5   6   7   8   9\n"
                              "1 Trouser      10  11  12  13  14  15  16  17  18  19\n"));
  EXPECT_THAT(confusion_matrix_text(numbered(10, kClothes), {.columns = 120}), HasSubstr("  Sandal  Shirt  Sneaker  "));
}

TEST(ConfusionMatrixText, StaysWithinTheTerminalAndShowsEveryCount) {
  for (const int classes : {1, 2, 9, 10, 11, 20, 30})
    for (const int columns : {40, 60, 80, 200}) {
      const std::string text = confusion_matrix_text(numbered(classes), {.columns = columns});
      const std::string table = text.substr(text.find('\n'));
      EXPECT_LE(widest_line(table), static_cast<size_t>(columns)) << classes << " classes";
      for (int count = 0; count < classes * classes; ++count)
        EXPECT_THAT(table, HasSubstr(' ' + std::to_string(count))) << classes << " classes in " << columns;
    }
}

TEST(ConfusionMatrixText, ShowsOneColumnInTheNarrowestTerminal) {
  EXPECT_THAT(confusion_matrix_text(numbered(3, {"a", "b", "c"}), {.columns = 0}), HasSubstr("2 c  8\n"));
}

TEST(ConfusionMatrixText, KeepsANameOnItsLine) {
  const std::string text = confusion_matrix_text(numbered(2, {"two\nlines", "\x1b[31mred"}));
  EXPECT_THAT(text, HasSubstr("two lines"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(ConfusionMatrixText, ShowsTheMostConfusedPairsOfManyClasses) {
  ConfusionMatrix matrix(31);
  for (int i = 0; i < 31; ++i) matrix.add(i, i, 90);
  matrix.add(7, 3, 10);
  matrix.add(5, 6, 30);
  matrix.add(5, 7, 10);
  EXPECT_EQ(confusion_matrix_text(matrix, {.pairs = 2}),
            "Confusion matrix: 2790 of 2840 pictures correct, 31 classes; the most confused of 3 pairs are:\n"
            "\n"
            "count  share of true class  true class  predicted class\n"
            "   30               23.1 %  5           6\n"
            "   10                7.7 %  5           7\n");
}

TEST(ConfusionMatrixText, SaysThatNothingWasConfused) {
  EXPECT_THAT(confusion_matrix_text(ConfusionMatrix(100)), HasSubstr("no two classes were confused."));
}

TEST(ConfusionMatrixSvg, WritesCountsAndAxes) {
  const std::string svg = confusion_matrix_svg(numbered(3, {"a", "b", "c"}));
  for (const char* part : {"<title id=\"title\">Confusion matrix of 3 classes</title>", ">true class<",
                           ">predicted class<", "true b, predicted c: 5 (41.7 % of the true class)", ">8</text>"})
    EXPECT_THAT(svg, HasSubstr(part));
}

TEST(ConfusionMatrixSvg, LeavesCountsOutOfSmallCells) {
  EXPECT_THAT(confusion_matrix_svg(numbered(20)), HasSubstr(">399</text>"));
  EXPECT_THAT(confusion_matrix_svg(numbered(21)), Not(HasSubstr(">440</text>")));
}

TEST(ConfusionMatrixSvg, EscapesNames) {
  const std::string svg = confusion_matrix_svg(numbered(2, {"<b>&", "\xff"}));
  EXPECT_THAT(svg, HasSubstr("&lt;b&gt;&amp;"));
  EXPECT_THAT(svg, Not(HasSubstr("<b>")));
  EXPECT_THAT(svg, HasSubstr("\uFFFD"));
}

TEST(ConfusionMatrixSvg, DrawsEmptyAndLargeMatrices) {
  for (const int classes : {1, 60, 61, 1000})
    EXPECT_THAT(confusion_matrix_svg(ConfusionMatrix(classes)), HasSubstr("</svg>"));
}

}  // namespace
}  // namespace fovea
