#include "fovea/report/metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "fovea/base/random.h"

namespace fovea {
namespace {

using Labels = std::vector<int32_t>;
using Table = std::vector<float>;

TEST(Metrics, PredictTheLargestAndOfEqualsTheFirst) {
  const Table table = {0.1f, 0.7f, 0.2f, 0.4f, 0.2f, 0.4f, NAN, 0.1f, 0.3f};
  EXPECT_EQ(predicted_classes(table, 3), (Labels{1, 0, 2}));
  EXPECT_DOUBLE_EQ(accuracy(predicted_classes(table, 3), Labels{1, 2, 2}), 2.0 / 3);
  EXPECT_EQ(accuracy({}, {}), 0);
}

TEST(Metrics, OrderTheTopClassesLargestFirst) {
  const Table row = {0.1f, 0.3f, 0.3f, NAN, 0.2f};
  EXPECT_EQ(top_classes(row, 3), (Labels{1, 2, 4}));
  EXPECT_EQ(top_classes(row, 99), (Labels{1, 2, 4, 0, 3}));
  EXPECT_TRUE(top_classes(row, 0).empty());
}

// Every row and answer as TensorFlow 2.21's in_top_k gives it.
TEST(Metrics, CountTiesAtTheEdgeOfTheTopAsIn) {
  struct Case {
    Table row;
    int32_t label;
    int64_t k;
    bool in;
  };
  const float inf = INFINITY;
  for (const Case& c : {Case{{0.25f, 0.25f, 0.25f, 0.25f}, 3, 1, true}, Case{{0.25f, 0.25f, 0.25f, 0.25f}, 0, 1, true},
                        Case{{0.4f, 0.3f, 0.3f}, 2, 2, true}, Case{{0.4f, 0.35f, 0.25f}, 2, 2, false},
                        Case{{0.4f, NAN, 0.3f}, 0, 2, false}, Case{{NAN, 0.5f, 0.3f}, 1, 2, false},
                        Case{{0.5f, 0.3f, NAN}, 0, 1, false}, Case{{0.1f, 0.3f, inf}, 2, 1, false}})
    EXPECT_EQ(top_k_accuracy(c.row, static_cast<int64_t>(c.row.size()), Labels{c.label}, c.k), c.in ? 1 : 0);
}

TEST(Metrics, AgreeWithASortedRow) {
  RandomStream random(1, purpose::kSample);
  constexpr int64_t kClasses = 12, kPictures = 500;
  Table table;
  Labels labels;
  for (int64_t i = 0; i < kClasses * kPictures; ++i) table.push_back(random.unit());
  for (int64_t i = 0; i < kPictures; ++i) labels.push_back(static_cast<int32_t>(random.below(kClasses)));
  EXPECT_EQ(top_k_accuracy(table, kClasses, labels, 1), accuracy(predicted_classes(table, kClasses), labels));
  for (const int64_t k : {1, 2, 5, 11, 12, 50}) {
    int64_t in = 0;
    for (size_t i = 0; i < labels.size(); ++i) {
      const auto top = top_classes(std::span(table).subspan(i * kClasses, kClasses), k);
      in += std::count(top.begin(), top.end(), labels[i]);
    }
    EXPECT_EQ(top_k_accuracy(table, kClasses, labels, k), static_cast<double>(in) / kPictures) << k;
  }
}

TEST(MetricsDeathTest, AssertThatLabelsAreClasses) {
  EXPECT_DEATH(top_k_accuracy(Table{0.5f, 0.5f}, 2, Labels{2}, 1), "a label is the index of a class");
}

}  // namespace
}  // namespace fovea
