#include "fovea/report/history_plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace fovea {
namespace {

using testing::HasSubstr;
using testing::Not;

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

HistoryPanel loss(std::vector<double> train, std::vector<double> validation = {}) {
  return {.title = "Loss", .name = "loss", .train = std::move(train), .validation = std::move(validation)};
}
HistoryPanel accuracy(std::vector<double> train, std::vector<double> validation = {}) {
  return {.title = "Accuracy", .name = "accuracy", .train = std::move(train), .validation = std::move(validation), .most = 1};
}

TEST(HistoryPlot, DrawsTwoPanelsOfTwoLines) {
  const std::string svg = history_svg({.title = "basic & co",
                                       .best_epoch = 2,
                                       .panels = {loss({0.5, 0.4, 0.3}, {0.45, 0.42, 0.43}),
                                                  accuracy({0.8, 0.85, 0.9}, {0.81, 0.86, 0.855})}});
  for (const char* part :
       {">Loss</text>", ">Accuracy</text>", ">train</text>", ">validation</text>", ">best epoch: 2</text>",
        "basic &amp; co", "epoch 3: val_accuracy 0.8550", "the best is epoch 2."})
    EXPECT_THAT(svg, HasSubstr(part));
  // Loss 0.5 at the first epoch: left and top of the plot's area; 0.3 right and bottom.
  EXPECT_THAT(svg, HasSubstr("d=\"M58 112L220 232L382 352\""));
}

TEST(HistoryPlot, DrawsOneEpochAsADotInTheMiddle) {
  const std::string svg = history_svg({.panels = {loss({0.5}), accuracy({1.0})}});
  EXPECT_EQ(count(svg, "<circle"), 2u);
  EXPECT_THAT(svg, HasSubstr("cx=\"220\""));
  EXPECT_THAT(svg, Not(HasSubstr("validation</text>")));
  EXPECT_THAT(svg, Not(HasSubstr("best epoch")));
  EXPECT_THAT(svg, Not(HasSubstr(">1.01</text>"))) << "no accuracy is above 1";
}

TEST(HistoryPlot, LeavesGapsWhereAValueIsNotFinite) {
  const std::string svg = history_svg({.panels = {loss({1, NAN, 0.5, INFINITY, 0.25, 0})}});
  EXPECT_EQ(count(svg, "<circle"), 4u);
  EXPECT_THAT(svg, HasSubstr("d=\"M58 112M187.6 232M317.2 292L382 352\""));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
}

TEST(HistoryPlot, DrawsALoneValueOfALongTraining) {
  std::vector<double> train(100, 0.5), val_loss(100, NAN);
  val_loss[49] = 0.6;
  EXPECT_EQ(count(history_svg({.panels = {loss(train, val_loss)}}), "<circle"), 1u);
}

TEST(HistoryPlot, DrawsNothingAtAll) {
  for (const HistoryPlot& history : {HistoryPlot{.panels = {loss({})}}, HistoryPlot{.panels = {loss({NAN, NAN}), accuracy({NAN, NAN})}}}) {
    const std::string svg = history_svg(history);
    EXPECT_THAT(svg, HasSubstr("</svg>"));
    EXPECT_EQ(count(svg, "<circle"), 0u);
  }
}

TEST(HistoryPlot, DrawsRatesByDecades) {
  HistoryPanel rate = {.title = "Learning rate", .name = "learning_rate", .train = {0.01, 0.01, 1e-4}, .decades = true};
  const std::string svg = history_svg({.panels = {rate}});
  for (const char* part : {">1e-2</text>", ">1e-3</text>", ">1e-4</text>", "d=\"M58 112L220 112L382 352\"",
                           "epoch 3: learning_rate 0.0001", "Learning rate over 3 epochs."})
    EXPECT_THAT(svg, HasSubstr(part));
  rate.train = {0.01, 0.005};
  EXPECT_THAT(history_svg({.panels = {rate}}), HasSubstr(">0.005</text>")) << "within a decade as they are";
  rate.train = {0.01, 0};
  EXPECT_THAT(history_svg({.panels = {rate}}), HasSubstr(">0.010</text>")) << "0 has no decade";
}

TEST(HistoryPlot, DrawsThreePanelsInARow) {
  const std::string svg = history_svg({.panels = std::vector<HistoryPanel>(4, loss({1, 2}))});
  EXPECT_THAT(svg, HasSubstr("width=\"1200\""));
  EXPECT_THAT(svg, HasSubstr("height=\"730\""));
}

TEST(HistoryPlot, TellsExactFiguresFromAverages) {
  HistoryPanel panel = loss({1, 0.5});
  panel.exact = {0.9, 0.4};
  EXPECT_THAT(history_svg({.panels = {panel}}), HasSubstr("epoch 2: exact_loss 0.4000"));
  EXPECT_THAT(history_svg({.panels = {panel}}), HasSubstr(">train, at the epoch&#39;s end</text>"));
}

TEST(NiceTicks, AreRoundAndCoverTheRange) {
  EXPECT_EQ(nice_ticks(0, 1, 5), (std::vector<double>{0, 0.2, 0.4, 0.6000000000000001, 0.8, 1}));
  EXPECT_EQ(nice_ticks(1, 5, 8), (std::vector<double>{1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5}));
  EXPECT_EQ(nice_ticks(-0.5, 0, 5), (std::vector<double>{-0.5, -0.4, -0.30000000000000004, -0.2, -0.1, 0}));
  EXPECT_EQ(nice_ticks(3, 3, 5).size(), 2u);
  EXPECT_LE(nice_ticks(1e17, 1e17 + 16, 5).size(), 8u) << "numbers without room between them";
}

TEST(NiceTicks, StayFewOverAllSizes) {
  for (const double scale : {1e-300, 1e-30, 1e-7, 1.0, 123.0, 1e6, 1e30, 1e300})
    for (const double from : {-1.0, 0.0, 0.1, 0.997})
      for (const int wanted : {4, 5, 8}) {
        const double low = from * scale, high = scale;
        const auto ticks = nice_ticks(low, high, wanted);
        const double step = ticks[1] - ticks[0];
        EXPECT_GE(ticks.size(), 2u) << scale;
        EXPECT_LE(ticks.size(), static_cast<size_t>(wanted) + 2) << scale << ' ' << from;
        EXPECT_LE(ticks.front(), low + 1e-6 * step);
        EXPECT_GE(ticks.back(), high - 1e-6 * step);
      }
}

}  // namespace
}  // namespace fovea
