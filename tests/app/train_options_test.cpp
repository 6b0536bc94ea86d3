// Losses and optimizer options by the real program, and classifiers of two classes with one output.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fovea/base/file.h"
#include "fovea/formats/npy.h"
#include "fovea/formats/npz.h"
#include "tests/harness/program.h"

namespace fovea {
namespace {

using testing::HasSubstr;

// pairs.npz: 40 training and 10 test pictures (6, 6, 1), every second one bright. one.json: a net with one output.
class TwoClasses : public testing::Test {
 protected:
  TwoClasses() {
    const Array x_train = pictures(40), x_test = pictures(10), y_train = labels(40), y_test = labels(10);
    save_npz(place_ / "pairs.npz",
             std::vector<NamedTensor>{NamedTensor::of("x_train", x_train), NamedTensor::of("y_train", y_train),
                                      NamedTensor::of("x_test", x_test), NamedTensor::of("y_test", y_test)});
    write_file_atomically(place_ / "one.json", R"({"name": "one", "input_shape": [6, 6, 1], "layers": [
        {"Conv2D": {"filters": 2, "kernel_size": 3, "kernel_regularizer": "l2"}}, {"Flatten": {}},
        {"Dense": {"units": 1, "activation": "sigmoid", "kernel_constraint": {"class_name": "MaxNorm"}}}]})");
  }

  Ended train(const std::string& name, std::vector<std::string> more) const {
    more.insert(more.begin(), {"train", "one.json", "--data", "pairs.npz", "--class-names", "dark,bright", "--name", name,
                               "--threads", "1", "--batch-size", "8", "--learning-rate", "0.05"});
    return place_.run(more);
  }

  const Workplace place_;

 private:
  static Array pictures(int64_t count) {
    Array values(DType::u8, {count, 6, 6, 1});
    for (int64_t i = 0; i < count * 36; ++i)
      values.values<uint8_t>()[static_cast<size_t>(i)] = static_cast<uint8_t>((i / 36 % 2 == 1 ? 180 : 20) + i % 37);
    return values;
  }
  static Array labels(int64_t count) {
    Array values(DType::u8, {count});
    for (int64_t i = 0; i < count; ++i) values.values<uint8_t>()[static_cast<size_t>(i)] = static_cast<uint8_t>(i % 2);
    return values;
  }
};

TEST_F(TwoClasses, AreTrainedEvaluatedAndPredictedWithOneOutput) {
  const Ended trained = train("a", {"--epochs", "6", "--json"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_EQ(trained.json()["epochs"].back()["val_accuracy"], 1.0);
  const Ended evaluated = place_.run({"eval", "runs/train/a", "--data", "pairs.npz", "--json"});
  ASSERT_EQ(evaluated.code, 0) << evaluated.err;
  const Json result = evaluated.json();
  EXPECT_EQ(result["accuracy"], 1.0);
  EXPECT_EQ(result["classes"], Json::parse(R"(["dark", "bright"])"));
  EXPECT_EQ(result["confusion_matrix"], Json::parse("[[5,0],[0,5]]"));

  const Ended predicted = place_.run({"predict", "runs/train/a", "pairs.npz", "--json", "-o", "p.npy"});
  ASSERT_EQ(predicted.code, 0) << predicted.err;
  EXPECT_EQ(predicted.json()["pictures"][1]["top"][0]["class"], "bright");
  const Array probabilities = load_npy(place_ / "p.npy");
  ASSERT_EQ(probabilities.shape(), Shape({10, 2}));
  const auto p = probabilities.values<float>();
  EXPECT_GT(p[0], 0.5f);
  EXPECT_GT(p[3], 0.5f);
  EXPECT_FLOAT_EQ(p[0] + p[1], 1);
}

TEST_F(TwoClasses, TakeNoLossThatNeedsAnOutputAClass) {
  const Ended ended = train("a", {"--loss", "categorical_crossentropy"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("loss: a model with one output tells two classes apart"));
}

TEST_F(TwoClasses, ARunRemembersItsLossAndItsOptions) {
  const Ended trained =
      train("a", {"--epochs", "2", "--loss", "mse", "--optimizer", "nadam", "--ema-momentum", "0.5", "--weight-decay", "0.01",
                  "--exclude-from-weight-decay", "bias,gamma", "--gradient-accumulation-steps", "2", "--clipvalue", "1"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const std::string config = read_file(place_ / "runs/train/a/config.toml");
  for (const char* line : {"loss = \"mse\"\n", "optimizer = \"nadam\"\n", "ema-momentum = 0.5\n", "weight-decay = 0.01\n",
                           "exclude-from-weight-decay = \"bias,gamma\"\n", "gradient-accumulation-steps = 2\n", "clipvalue = 1.0\n"})
    EXPECT_THAT(config, HasSubstr(line));
  const auto loss = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"eval", "runs/train/a", "--data", "pairs.npz", "--json"});
    return place_.run(more).json()["loss"].get<double>();
  };
  EXPECT_EQ(loss({}), loss({"--loss", "mean_squared_error"}));
  EXPECT_NE(loss({}), loss({"--loss", "bce"}));
}

TEST_F(TwoClasses, AreTestedAndEvaluatedByTheLossTheyWereTrainedWith) {
  const auto expect_same = [&](const std::string& name, const std::vector<std::string>& options) {
    ASSERT_EQ(train(name, options).code, 0);
    const Json tested = place_.run({"runs", "--json"}).json()["runs"].back()["test"];
    const Json evaluated = place_.run({"eval", "runs/train/" + name, "--data", "pairs.npz", "--json"}).json();
    EXPECT_FLOAT_EQ(evaluated["loss"].get<float>(), tested["loss"].get<float>()) << name;
  };
  expect_same("smooth", {"--epochs", "2", "--label-smoothing", "0.3"});
  expect_same("focal", {"--epochs", "2", "--loss", "binary_focal_crossentropy", "--focal-alpha", "0.7", "--focal-gamma",
                        "1", "--focal-balancing"});
}

TEST_F(TwoClasses, OptionsThatCannotBeAreRefused) {
  const auto refused = [&](const std::vector<std::string>& words, const char* text) {
    const Ended ended = train("a", words);
    EXPECT_EQ(ended.code, 2) << text;
    EXPECT_THAT(ended.err, HasSubstr(text));
  };
  refused({"--loss", "binary_crosentropy"}, "did you mean \"binary_crossentropy\"?");
  refused({"--loss", "mse", "--label-smoothing", "0.1"}, "--label-smoothing: does not go with --loss mse");
  refused({"--clipnorm", "1", "--global-clipnorm", "1"}, "only one of clipnorm, clipvalue and global_clipnorm can be set");
  refused({"--exclude-from-weight-decay", "bias,,gamma"}, "must have words");
  refused({"--ema-overwrite-frequency", "3"}, "--ema-overwrite-frequency: needs --use-ema (got 3)");
  refused({"--ema-momentum", "1.5"}, "--ema-momentum: cannot be (got 1.5");
}

TEST_F(TwoClasses, AreMeasuredByWhatIsAskedFor) {
  const Ended ended = train("measured", {"--epochs", "4", "--metrics", "accuracy,auc,recall", "--exact-train-metrics",
                                         "--validation-freq", "2", "--checkpoint", "monitor=val_auc", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const std::string history = read_file(place_ / "runs/train/measured/history.csv");
  EXPECT_THAT(history, testing::StartsWith("epoch,loss,accuracy,auc,recall,exact_loss,exact_accuracy,exact_auc,exact_recall,"
                                           "val_loss,val_accuracy,val_auc,val_recall,learning_rate\n"));
  EXPECT_THAT(history, HasSubstr(",,,,,,,,,")) << "in the first epoch neither validation's pictures nor training's are evaluated";
  EXPECT_EQ(ended.json().at("best_epoch").get<int>() % 2, 0);
  EXPECT_THAT(read_file(place_ / "runs/train/measured/history.svg"), HasSubstr(">recall</text>"));
  const Ended evaluated = place_.run({"eval", "runs/train/measured", "--data", "pairs.npz", "--metrics", "auc", "--json"});
  EXPECT_GE(evaluated.json().at("metrics").at("auc").get<double>(), 0.5);
  const Ended refused = train("refused", {"--metrics", "f2"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--metrics: unknown metric (got \"f2\", expected top_5"));
}

TEST_F(TwoClasses, AreDrawnByTheirWeights) {
  const std::vector<std::string> half = {"--epochs", "2", "--weighted-sampling", "dark:0.2,1:3"};
  ASSERT_EQ(train("plain", {"--epochs", "4"}).code, 0);
  ASSERT_EQ(train("whole", {"--epochs", "4", "--weighted-sampling", "dark:0.2,1:3"}).code, 0);
  ASSERT_EQ(train("half", half).code, 0);
  const Ended resumed = place_.run({"train", "--resume", "runs/train/half", "--epochs", "4"});
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  const auto history = [&](const std::string& run) { return read_file(place_ / ("runs/train/" + run + "/history.csv")); };
  EXPECT_EQ(history("half"), history("whole"));
  EXPECT_NE(history("plain"), history("whole"));
  EXPECT_THAT(read_file(place_ / "runs/train/half/config.toml"), HasSubstr("weighted-sampling = \"dark:0.2,1:3\""));
  const auto refused = [&](const std::vector<std::string>& words, const char* text) {
    const Ended ended = train("refused", words);
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.err, HasSubstr(text));
  };
  refused({"--weighted-sampling", "dim:2"}, "--weighted-sampling: there is no such class (got \"dim\", expected a name or 0 to 1)");
  refused({"--weighted-sampling", "balance"}, "--weighted-sampling: cannot be (got \"balance\", expected balanced or CLASS:WEIGHT");
  refused({"--weighted-sampling", "balanced", "--shuffle", "off"}, "--weighted-sampling: does not go with --shuffle off");
  refused({"--weighted-sampling", "0:0,1:0"}, "--weighted-sampling: leaves no picture to draw");
}

TEST_F(TwoClasses, HaveLearningRatesTriedAsTheyWouldBeTrained) {
  const auto curve = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"train", "one.json", "--data", "pairs.npz", "--batch-size", "7", "--find-lr",
                               "rates.svg", "--json"});
    return place_.run(more).json()["curve"];
  };
  const Json plain = curve({});
  EXPECT_NE(plain, curve({"--class-weight", "0:3"}));
  EXPECT_NE(plain, curve({"--weighted-sampling", "0:3"}));
  EXPECT_NE(plain, curve({"--shuffle", "off"}));
}

}  // namespace
}  // namespace fovea
