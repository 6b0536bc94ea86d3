// Reports that scikit-learn printed: tests/golden/report/*.json, see tests/golden/README.md.
#include <gtest/gtest.h>

#include <filesystem>

#include "fovea/base/file.h"
#include "fovea/report/classification_report.h"

namespace fovea {
namespace {

TEST(ReportGolden, AgreesWithScikitLearnToTheCharacter) {
  const std::filesystem::path folder = FOVEA_SOURCE_DIR "/tests/golden/report";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "tools/golden.py report has not been run";
  int cases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    SCOPED_TRACE(entry.path().filename().string());
    const Json golden = parse_json(read_file(entry.path().string()), entry.path().string());
    const auto names = golden.at("names").get<std::vector<std::string>>();
    ConfusionMatrix matrix(static_cast<int>(names.size()), names);
    matrix.add(golden.at("y_true").get<std::vector<int32_t>>(), golden.at("y_pred").get<std::vector<int32_t>>());
    EXPECT_EQ(matrix.json(), golden.at("matrix"));
    const ClassificationReport report = classification_report(matrix);
    EXPECT_EQ(report.text(golden.value("digits", 2)), golden.at("text").get<std::string>());
    EXPECT_EQ(report.dict(), golden.at("dict"));
    ++cases;
  }
  EXPECT_GT(cases, 0);
}

}  // namespace
}  // namespace fovea
