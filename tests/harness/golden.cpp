#include "tests/harness/golden.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "fovea/base/file.h"
#include "tests/harness/source_tree.h"

namespace fovea {
namespace {

std::string folder_of(const std::string& kind) { return source_tree("tests/golden/" + kind); }

}  // namespace

Golden::Golden(const std::string& kind, const std::string& name) : name_(name) {
  const std::string path = folder_of(kind) + "/" + name;
  json_ = parse_json(read_file(path + ".json"), path + ".json");
  if (file_exists(path + ".safetensors")) arrays_ = std::make_shared<SafetensorsFile>(path + ".safetensors");
}

std::vector<float> Golden::floats(const std::string& array) const {
  const Array values = arrays().read(array);
  return {values.values<float>().begin(), values.values<float>().end()};
}

Shape Golden::shape(const std::string& array) const { return arrays().find(array)->shape; }

void Golden::expect(const std::string& array, std::span<const float> got) const {
  const std::vector<float> golden = floats(array);
  ASSERT_EQ(got.size(), golden.size()) << name_ << ": " << array;
  EXPECT_LE(golden_difference(got, golden), json_.at("tolerance").at(array).get<double>()) << name_ << ": " << array;
}

std::vector<std::string> golden_names(const std::string& kind) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder_of(kind)))
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

double golden_difference(std::span<const float> a, std::span<const float> b) {
  if (a.size() != b.size()) return INFINITY;
  double difference = 0, largest = 1;
  for (size_t i = 0; i < a.size(); ++i) {
    const double apart = std::abs(static_cast<double>(a[i]) - b[i]);
    difference = std::max(difference, std::isfinite(apart) ? apart : INFINITY);
    largest = std::max(largest, std::abs(static_cast<double>(b[i])));
  }
  return difference / largest;
}

}  // namespace fovea
