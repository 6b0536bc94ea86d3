// Reports that scikit-learn printed: tests/golden/report/*.json, see tests/golden/README.md.
#include <gtest/gtest.h>

#include <filesystem>

#include "fovea/base/file.h"
#include "fovea/report/classification_report.h"
#include "tests/harness/source_tree.h"

namespace fovea {
namespace {

// From the labels where the file has them, else from the counts.
ConfusionMatrix matrix_of(const Json& golden) {
  const auto names = golden.at("names").get<std::vector<std::string>>();
  ConfusionMatrix matrix(static_cast<int>(names.size()), names);
  if (golden.contains("y_true")) {
    matrix.add(golden.at("y_true").get<std::vector<int32_t>>(), golden.at("y_pred").get<std::vector<int32_t>>());
    return matrix;
  }
  const auto counts = golden.at("confusion_matrix").get<std::vector<std::vector<int64_t>>>();
  for (int i = 0; i < matrix.classes(); ++i)
    for (int j = 0; j < matrix.classes(); ++j)
      matrix.add(i, j, counts.at(static_cast<size_t>(i)).at(static_cast<size_t>(j)));
  return matrix;
}

TEST(ReportGolden, AgreesWithScikitLearnToTheCharacter) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(source_tree("tests/golden/report"))) {
    const std::string path = entry.path().string();
    SCOPED_TRACE(path);
    const Json golden = parse_json(read_file(path), path);
    const ConfusionMatrix matrix = matrix_of(golden);
    const ClassificationReport report = classification_report(matrix);
    EXPECT_EQ(matrix.json(), golden.at("confusion_matrix"));
    for (const auto& [digits, text] : golden.at("report").items())
      EXPECT_EQ(report.text(std::stoi(digits)), text.get<std::string>());
    EXPECT_EQ(report.dict(), golden.at("report_dict"));
    ++files;
  }
  EXPECT_GT(files, 0);
}

}  // namespace
}  // namespace fovea
