// What fit is told: which pictures validate and when, how long an epoch is, what is weighed and measured.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "fovea/layers/dense.h"
#include "fovea/train/early_stopping.h"
#include "fovea/train/history.h"
#include "fovea/train/trainer.h"
#include "tests/harness/files.h"
#include "tests/harness/run_model.h"

namespace fovea {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr int64_t kPictures = 12;

// Of two classes in two numbers: those from `first` to `last`.
ArrayExamples examples(int64_t first = 0, int64_t last = kPictures) {
  std::vector<float> values;
  std::vector<int32_t> labels;
  for (int64_t i = first; i < last; ++i) {
    values.push_back(static_cast<float>(i % 2) + 0.01f * static_cast<float>(i * i));
    values.push_back(1);
    labels.push_back(static_cast<int32_t>(i % 2));
  }
  return ArrayExamples(Array::of<float>({last - first, 2}, values), labels, 2);
}

Model net() {
  return sequential({.input_shape = {2}}, Dense({.units = 2, .activation = ActivationKind::softmax}));
}

TrainerOptions sgd(const std::vector<std::string>& metrics = {}) {
  return {.optimizer = {.name = "sgd", .learning_rate = 0.5}, .seed = 4, .threads = 1, .metrics = metrics};
}

float weight(const Model& model) { return model.parameters().get(0).values<float>()[0]; }

TEST(Fit, WeighsClassesAndPictures) {
  // Weights 2 and 0 in pairs: twice the loss of the first class, nothing of the second.
  const auto all = examples();
  const auto trained = [&](const FitOptions& options) {
    Model model = net();
    Trainer trainer(model, sgd());
    const History history = trainer.fit(all, options);
    return std::pair(weight(model), history.back().loss);
  };
  std::vector<float> by_picture;
  for (int i = 0; i < 12; ++i) by_picture.push_back(i % 2 == 0 ? 2 : 0);
  const auto plain = trained({.epochs = 2, .batch_size = 4});
  const auto by_class = trained({.epochs = 2, .batch_size = 4, .class_weight = {2, 0}});
  EXPECT_NE(plain, by_class);
  EXPECT_EQ(by_class, trained({.epochs = 2, .batch_size = 4, .sample_weight = by_picture}));
  EXPECT_EQ(plain, trained({.epochs = 2, .batch_size = 4, .class_weight = {1, 1}}));
  EXPECT_THAT(refusal([&] { trained({.class_weight = {1}}); }, ErrorKind::usage), HasSubstr("class weights: there must be one each"));
}

// The pictures that were drawn, by epoch and place.
class Watched final : public Examples {
 public:
  int64_t size() const override { return all_.size(); }
  const Shape& shape() const override { return all_.shape(); }
  int64_t classes() const override { return all_.classes(); }
  int32_t label(int64_t i) const override { return all_.label(i); }
  void picture(int64_t i, float* dst) const override { all_.picture(i, dst); }
  void drawn_picture(int64_t i, const Draw& draw, float* dst) const override {
    EXPECT_TRUE(expected.contains({draw.epoch, draw.position, i})) << "every picture is expected before it is drawn";
    drawn[{draw.epoch, draw.position}] = i;
    all_.picture(i, dst);
  }
  void expect_drawn(int64_t i, const Draw& draw) const override { expected.insert({draw.epoch, draw.position, i}); }

  mutable std::map<std::pair<uint64_t, uint64_t>, int64_t> drawn;
  mutable std::set<std::tuple<uint64_t, uint64_t, int64_t>> expected;

 private:
  ArrayExamples all_ = examples();
};

TEST(Fit, DrawsPicturesByTheirWeights) {
  std::vector<float> weights(kPictures, 0.25f);
  weights[3] = 0;
  weights[5] = 6;
  const auto drawn = [&](const FitOptions& options) {
    Watched watched;
    Model model = net();
    Trainer(model, sgd()).fit(watched, options);
    return watched.drawn;
  };
  const FitOptions options = {.epochs = 200, .batch_size = 5, .sampling_weight = weights};
  const auto order = drawn(options);
  ASSERT_EQ(order.size(), 200u * kPictures);
  std::vector<int> counts(kPictures);
  for (const auto& [place, i] : order) ++counts[static_cast<size_t>(i)];
  EXPECT_EQ(counts[3], 0);
  EXPECT_NEAR(counts[5], 2400 * 6 / 8.5, 4 * std::sqrt(2400 * 6 / 8.5 * (1 - 6 / 8.5)));
  EXPECT_NEAR(counts[7], 2400 * 0.25 / 8.5, 4 * std::sqrt(2400 * 0.25 / 8.5));
  // An epoch's order is its own: a training that begins later draws the same.
  FitOptions later = options;
  later.initial_epoch = 120;
  for (const auto& [place, i] : drawn(later)) EXPECT_EQ(order.at(place), i);
  const auto plain = drawn({.epochs = 1, .batch_size = 5});
  EXPECT_EQ(plain.size(), static_cast<size_t>(kPictures)) << "without weights each once";
  const auto refused = [&](std::vector<float> wrong, bool shuffle = true) {
    return refusal([&] { drawn({.shuffle = shuffle, .sampling_weight = std::move(wrong)}); }, ErrorKind::usage);
  };
  EXPECT_THAT(refused({1, 2}), HasSubstr("sampling weights: there must be one each (got 2, expected 12)"));
  EXPECT_THAT(refused(std::vector<float>(kPictures, -1)), HasSubstr("must be at least 0 and finite (got -1)"));
  EXPECT_THAT(refused(std::vector<float>(kPictures, 0)), HasSubstr("leave no picture to draw"));
  EXPECT_THAT(refused(weights, false), HasSubstr("do not go with pictures in their order"));
}

TEST(Fit, ValidatesOnTheLastPictures) {
  Model by_split = net(), by_hand = net();
  const auto train = examples(0, 9), last = examples(9, 12);
  const History expected = Trainer(by_hand, sgd()).fit(train, {.epochs = 3, .batch_size = 4, .validation = &last});
  const History split = Trainer(by_split, sgd()).fit(examples(), {.epochs = 3, .batch_size = 4, .validation_split = 0.25});
  EXPECT_EQ(history_csv(split), history_csv(expected));
  EXPECT_EQ(weight(by_split), weight(by_hand));
  const auto refused = [&](FitOptions options) {
    return refusal([&] { Trainer(by_split, sgd()).fit(examples(), options); }, ErrorKind::usage);
  };
  EXPECT_THAT(refused({.validation_split = 1}), HasSubstr("must be above 0 and below 1 (got 1)"));
  EXPECT_THAT(refused({.validation_split = -0.5}), HasSubstr("got -0.5"));
  EXPECT_THAT(refused({.validation_split = 0.99}), HasSubstr("leaves no pictures on one side"));
  EXPECT_THAT(refused({.validation = &last, .validation_split = 0.5}), HasSubstr("got both, expected one"));
}

TEST(Fit, ValidatesEverySoManyEpochs) {
  Model model = net();
  Trainer trainer(model, sgd());
  EarlyStopping stop({.patience = 0});  // ends where the second validation is no better
  const auto validation = examples();
  const History history =
      trainer.fit(examples(), {.epochs = 7, .validation = &validation, .validation_freq = 3, .callbacks = {&stop}});
  std::vector<int> validated;
  for (const EpochLogs& logs : history) {
    if (logs.val_loss) validated.push_back(logs.epoch + 1);
    EXPECT_TRUE(logs.validates);
  }
  EXPECT_THAT(validated, ElementsAre(3, 6));
  EXPECT_THAT(history_csv(history), HasSubstr("epoch,loss,accuracy,val_loss,val_accuracy,learning_rate\n"));
  EarlyStopping exact({.monitor = "exact_loss", .patience = 0});
  const FitOptions measured = {.epochs = 6, .validation_freq = 3, .exact_train_metrics = true, .callbacks = {&exact}};
  EXPECT_EQ(trainer.fit(examples(), measured).back().exact.size(), 2u);
  EXPECT_THAT(refusal([&] { trainer.fit(examples(), {.validation_freq = 0}); }, ErrorKind::usage),
              HasSubstr("validation frequency: must be at least 1 (got 0)"));
}

TEST(Fit, GoesOnAmongThePicturesWhereAnEpochEnds) {
  // Three batches make a pass.
  const auto trained = [](int epochs, int64_t steps, std::vector<double>* losses = nullptr) {
    Model model = net();
    const History history =
        Trainer(model, sgd()).fit(examples(), {.epochs = epochs, .batch_size = 5, .steps_per_epoch = steps});
    for (const EpochLogs& logs : history)
      if (losses != nullptr) losses->push_back(logs.loss);
    return weight(model);
  };
  const float two_passes = trained(2, 0);
  std::vector<double> losses;
  EXPECT_EQ(trained(3, 2, &losses), two_passes);
  EXPECT_EQ(losses.size(), 3u);
  EXPECT_EQ(trained(1, 6), two_passes);
  EXPECT_EQ(trained(6, 1), two_passes);
  EXPECT_NE(trained(5, 1), two_passes);
}

TEST(Fit, MeasuresWhatItIsAskedFor) {
  Model model = net();
  Trainer trainer(model, sgd({"top_1", "auc"}));
  const auto all = examples();
  const History history = trainer.fit(all, {.epochs = 2, .batch_size = 5, .validation = &all, .exact_train_metrics = true});
  std::vector<std::string> names;
  for (const auto& [name, value] : named_figures(history[1])) names.push_back(name);
  EXPECT_THAT(names, ElementsAre("loss", "accuracy", "top_1", "auc", "exact_loss", "exact_accuracy", "exact_top_1", "exact_auc",
                                 "val_loss", "val_accuracy", "val_top_1", "val_auc", "learning_rate"));
  const EpochLogs& last = history[1];
  EXPECT_EQ(find_figure(last, "top_1"), last.accuracy);
  const Evaluation evaluation = trainer.evaluate(all);
  EXPECT_NEAR(*find_figure(last, "exact_loss"), evaluation.loss, 1e-7);
  EXPECT_EQ(find_figure(last, "exact_accuracy"), evaluation.accuracy);
  EXPECT_EQ(find_figure(last, "val_auc"), evaluation.metrics[1].second);
  EXPECT_NE(find_figure(last, "exact_loss"), last.loss) << "an average over the epoch is another figure";
}

}  // namespace
}  // namespace fovea
