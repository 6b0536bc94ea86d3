// scikit-learn's report, to the character; texts written here were printed by scikit-learn 1.9.1.
#include "fovea/report/classification_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fovea/base/error.h"

namespace fovea {
namespace {

using Labels = std::vector<int32_t>;

ClassificationReport report_of(const Labels& truth, const Labels& predicted, const std::vector<std::string>& names) {
  ConfusionMatrix matrix(static_cast<int>(names.size()), names);
  matrix.add(truth, predicted);
  return classification_report(matrix);
}

// A mean of many classes whose last bit depends on the order of adding.
ClassificationReport report_of_many_classes(int classes) {
  ConfusionMatrix matrix(classes);
  for (int i = 0; i < classes; ++i)
    for (int j = 0; j < classes; ++j) matrix.add(i, j, (i * 7 + j * 13 + i * j) % 11 + (i == j ? 20 : 0));
  return classification_report(matrix);
}

TEST(ClassificationReport, CountsWhatAPersonCanCount) {
  const auto report = report_of({0, 0, 1, 1}, {0, 1, 1, 1}, {"a", "b"});
  EXPECT_DOUBLE_EQ(report.classes[0].precision, 1.0);
  EXPECT_DOUBLE_EQ(report.classes[0].recall, 0.5);
  EXPECT_DOUBLE_EQ(report.classes[0].f1, 2.0 / 3);
  EXPECT_DOUBLE_EQ(report.classes[1].precision, 2.0 / 3);
  EXPECT_DOUBLE_EQ(report.classes[1].recall, 1.0);
  EXPECT_EQ(report.classes[1].support, 2);
  EXPECT_DOUBLE_EQ(report.accuracy, 0.75);
}

TEST(ClassificationReport, PrintsAClassThatIsNeverPredicted) {
  EXPECT_EQ(report_of({0, 0, 1, 1}, {0, 0, 0, 0}, {"aa", "bb"}).text(4),
            "              precision    recall  f1-score   support\n"
            "\n"
            "          aa     0.5000    1.0000    0.6667         2\n"
            "          bb     0.0000    0.0000    0.0000         2\n"
            "\n"
            "    accuracy                         0.5000         4\n"
            "   macro avg     0.2500    0.5000    0.3333         4\n"
            "weighted avg     0.2500    0.5000    0.3333         4\n");
}

TEST(ClassificationReport, ListsClassesThatNeverOccur) {
  const auto report =
      report_of({0, 1, 2, 2, 2, 4}, {0, 0, 2, 2, 1, 3}, {"cat", "dog", "fish", "never true", "never predicted"});
  EXPECT_EQ(report.text(),
            "                 precision    recall  f1-score   support\n"
            "\n"
            "            cat       0.50      1.00      0.67         1\n"
            "            dog       0.00      0.00      0.00         1\n"
            "           fish       1.00      0.67      0.80         3\n"
            "     never true       0.00      0.00      0.00         0\n"
            "never predicted       0.00      0.00      0.00         1\n"
            "\n"
            "       accuracy                           0.50         6\n"
            "      macro avg       0.30      0.33      0.29         6\n"
            "   weighted avg       0.58      0.50      0.51         6\n");
  EXPECT_EQ(
      report.dict().dump(),
      R"({"cat":{"precision":0.5,"recall":1.0,"f1-score":0.6666666666666666,"support":1.0},)"
      R"("dog":{"precision":0.0,"recall":0.0,"f1-score":0.0,"support":1.0},)"
      R"("fish":{"precision":1.0,"recall":0.6666666666666666,"f1-score":0.8,"support":3.0},)"
      R"("never true":{"precision":0.0,"recall":0.0,"f1-score":0.0,"support":0.0},)"
      R"("never predicted":{"precision":0.0,"recall":0.0,"f1-score":0.0,"support":1.0},)"
      R"("accuracy":0.5,)"
      R"("macro avg":{"precision":0.3,"recall":0.3333333333333333,"f1-score":0.29333333333333333,"support":6.0},)"
      R"("weighted avg":{"precision":0.5833333333333334,"recall":0.5,"f1-score":0.5111111111111112,"support":6.0}})");
}

TEST(ClassificationReport, CountsCharactersOfLongNamesAsPythonDoes) {
  EXPECT_EQ(report_of({0, 1, 1}, {1, 1, 1}, {"ä very long näme — with dashes", "b"}).text(0),
            "                                precision    recall  f1-score   support\n"
            "\n"
            "ä very long näme — with dashes          0         0         0         1\n"
            "                             b          1         1         1         2\n"
            "\n"
            "                      accuracy                              1         3\n"
            "                     macro avg          0         0         0         3\n"
            "                  weighted avg          0         1         1         3\n");
}

TEST(ClassificationReport, WidensForManyDigits) {
  EXPECT_EQ(report_of({0, 1, 1}, {1, 1, 1}, {"ä", "b"}).text(15),
            "                 precision    recall  f1-score   support\n"
            "\n"
            "              ä  0.000000000000000 0.000000000000000 0.000000000000000         1\n"
            "              b  0.666666666666667 1.000000000000000 0.800000000000000         2\n"
            "\n"
            "       accuracy                      0.666666666666667         3\n"
            "      macro avg  0.333333333333333 0.500000000000000 0.400000000000000         3\n"
            "   weighted avg  0.444444444444444 0.666666666666667 0.533333333333333         3\n");
}

TEST(ClassificationReport, PrintsSupportAsAFloatWhereNothingIsRight) {
  EXPECT_EQ(report_of({0, 1}, {1, 0}, {"a", "b"}).text(),
            "              precision    recall  f1-score   support\n"
            "\n"
            "           a       0.00      0.00      0.00       1.0\n"
            "           b       0.00      0.00      0.00       1.0\n"
            "\n"
            "    accuracy                           0.00       2.0\n"
            "   macro avg       0.00      0.00      0.00       2.0\n"
            "weighted avg       0.00      0.00      0.00       2.0\n");
}

TEST(ClassificationReport, AddsTheMeansInNumpysOrder) {
  struct Case {
    int classes;
    double macro, weighted;  // f1 of scikit-learn
  };
  for (const Case& c :
       {Case{7, 0.4460054056532334, 0.4463795493689078}, Case{8, 0.3987613912841404, 0.39939464539224667},
        Case{13, 0.2755856587859953, 0.27629398372946246}, Case{100, 0.043932063699125085, 0.043830167762725504},
        Case{300, 0.015033084186809008, 0.014994365135080524}}) {
    const auto report = report_of_many_classes(c.classes);
    EXPECT_EQ(report.macro.f1, c.macro) << c.classes;
    EXPECT_EQ(report.weighted.f1, c.weighted) << c.classes;
  }
}

TEST(ClassificationReport, KeepsTheLastOfEqualNamesInItsDict) {
  const Json dict = report_of({0, 0, 1}, {0, 1, 1}, {"x", "x"}).dict();
  EXPECT_EQ(dict.size(), 4u);
  EXPECT_EQ(dict["x"]["support"], 1.0);
}

TEST(ClassificationReport, RefusesNoPictures) {
  try {
    classification_report(ConfusionMatrix(3));
    FAIL() << "accepted";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::failed);
    EXPECT_THAT(e.what(), testing::HasSubstr("no pictures"));
  }
}

TEST(ClassificationReport, RefusesDigitsOutOfRange) {
  const auto report = report_of({0}, {0}, {"x"});
  EXPECT_THROW(report.text(-1), Error);
  EXPECT_THROW(report.text(101), Error);
}

}  // namespace
}  // namespace fovea
