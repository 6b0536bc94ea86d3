// Transfer learning by the program: heads, frozen bases whose features are kept, stages of fine-tuning, ImageNet's weights.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>

#include "fovea/base/file.h"
#include "tests/harness/program.h"

namespace fovea {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<std::string> transfer(const std::vector<std::string>& more) {
  std::vector<std::string> words = {"train", "mobilenet_0.25", "--image-size", "32", "--data", "shapes.npz", "--head", "gap,dense:8",
                                    "--freeze", "base", "--batch-size", "16", "--epochs", "2"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(TransferLearning, ComputesAFrozenFrontOnce) {
  const Workplace place;
  const Ended ended = place.run(transfer({"--json"}));
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("all up to global_average_pooling2d is frozen: its 256 numbers a picture"));
  const Ended off = place.run(transfer({"--json", "--front-features", "off"}));
  ASSERT_EQ(off.code, 0) << off.err;
  EXPECT_THAT(off.err, Not(HasSubstr("is frozen: its")));
  const auto loss = [](const Ended& run) { return run.json()["epochs"][1]["loss"].get<double>(); };
  EXPECT_NEAR(loss(ended), loss(off), 1e-4);
}

TEST(TransferLearning, KeepsFeaturesOnDiskForTheNextRun) {
  const Workplace place;
  const HowToRun how = {.environment = {"FOVEA_CACHE_DIR=" + (place / "cache")}};
  const Ended first = place.run(transfer({"--front-features", "disk"}), how), second = place.run(transfer({"--front-features", "disk"}), how);
  ASSERT_EQ(second.code, 0) << second.err;
  EXPECT_THAT(first.err, HasSubstr("are kept in " + (place / "cache")));
  EXPECT_THAT(second.err, HasSubstr("were found in " + (place / "cache")));
  EXPECT_THAT(place.run({"doctor", "--clear-cache"}, how).out, HasSubstr("cleared"));
  EXPECT_THAT(place.run(transfer({"--front-features", "disk"}), how).err, HasSubstr("are kept in"));
}

TEST(TransferLearning, KeepsFeaturesOfEachCutApart) {
  const Workplace place;
  const HowToRun how = {.environment = {"FOVEA_CACHE_DIR=" + (place / "cache")}};
  EXPECT_THAT(place.run(transfer({"--front-features", "disk"}), how).err, HasSubstr("are kept in"));
  EXPECT_THAT(place.run(transfer({"--front-features", "disk", "--split-seed", "1"}), how).err, HasSubstr("are kept in"));
}

TEST(TransferLearning, SaysThatAugmentationKeepsTheFrontBusy) {
  const Workplace place;
  EXPECT_THAT(place.run(transfer({"--augment", "horizontal_flip=true"})).err, HasSubstr("--augment-copies K keeps those of K draws"));
  EXPECT_THAT(place.run(transfer({"--augment", "horizontal_flip=true", "--augment-copies", "3"})).err, HasSubstr("of 3 draws each,"));
  EXPECT_THAT(place.run(transfer({"--augment-copies", "3"})).err, HasSubstr("--augment-copies: needs --augment (got 3)"));
}

TEST(TransferLearning, FineTunesInStages) {
  const Workplace place;
  const Ended ended = place.run(transfer({"--json", "--fine-tune", "conv_pw_13,conv_*_12*", "--fine-tune-learning-rate", "1e-4,1e-5",
                                          "--fine-tune-epochs", "1,2"}));
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json epochs = ended.json()["epochs"];
  ASSERT_EQ(epochs.size(), 5u);
  EXPECT_FLOAT_EQ(epochs[1]["learning_rate"].get<float>(), 1e-3f);
  EXPECT_FLOAT_EQ(epochs[2]["learning_rate"].get<float>(), 1e-4f);
  EXPECT_FLOAT_EQ(epochs[4]["learning_rate"].get<float>(), 1e-5f);
  EXPECT_THAT(ended.err, HasSubstr("fine-tuning conv_pw_13: 1 layers more train, for 1 epochs at learning rate 0.0001"));
  EXPECT_THAT(ended.err, HasSubstr("2 batch normalisations of the base train too"));
  EXPECT_THAT(place.run(transfer({"--fine-tune", "nothing"})).err, HasSubstr("--fine-tune: matches no layer (got \"nothing\")"));
  EXPECT_THAT(place.run(transfer({"--fine-tune", "dense"})).err, HasSubstr("--fine-tune: these layers train already (got dense)"));
  EXPECT_THAT(place.run(transfer({"--fine-tune", "conv1", "--fine-tune-epochs", "1,2"})).err, HasSubstr("got 2, expected 1 or 1"));
}

TEST(TransferLearning, RefusesMoreEpochsThanCanBeCounted) {
  const Workplace place;
  const Ended refused = place.train("a", {"--epochs", "2147483647", "--fine-tune", "all", "--fine-tune-epochs", "1"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--fine-tune-epochs: are too many with --epochs 2147483647 (got 2147483648 in all"));
}

// Killed in either stage, the run ends as if nothing had happened.
TEST(TransferLearning, GoesOnInTheStageThatWasKilled) {
  const Workplace place;
  const std::vector<std::string> stages = {"--fine-tune", "conv_pw_13", "--fine-tune-epochs", "30", "--epochs", "30"};
  const auto named = [&](const std::string& name) {
    std::vector<std::string> words = transfer(stages);
    words.insert(words.end(), {"--name", name});
    return words;
  };
  ASSERT_EQ(place.run(named("whole")).code, 0);
  const std::string run = place / "runs/train/killed";
  for (const int64_t epochs : {20, 40}) {
    Started training(place.path(), file_exists(run + "/config.toml") ? std::vector<std::string>{"train", "--resume", "runs/train/killed"} : named("killed"));
    for (int i = 0; i < 5000; ++i, ::usleep(2'000)) {
      if (!file_exists(run + "/history.csv")) continue;
      const std::string history = read_file(run + "/history.csv");
      if (std::count(history.begin(), history.end(), '\n') > epochs) break;
    }
    training.signal(SIGKILL);
    training.wait();
  }
  const Ended resumed = place.run({"train", "--resume", "runs/train/killed"});
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_EQ(read_file(place / "runs/train/whole/history.csv"), read_file(run + "/history.csv"));
}

TEST(TransferLearning, SaysWhenTheBaseSeesOtherNumbers) {
  const Workplace place;
  EXPECT_THAT(place.run(transfer({"--preprocess", "unit"})).err, HasSubstr("weights of this family are made for tf (MobileNet's, told by its layers): with unit"));
  EXPECT_THAT(place.run(transfer({})).err, Not(HasSubstr("weights of this family")));
}

TEST(TransferLearning, SaysWhichFileImageNetsWeightsAre) {
  const Workplace place;
  const HowToRun how = {.environment = {"KERAS_HOME=" + (place / "keras")}};
  const Ended absent = place.run({"summary", "vgg16", "--weights", "imagenet"}, how);
  EXPECT_EQ(absent.code, 3);
  EXPECT_THAT(absent.err, HasSubstr("/models/vgg16_weights_tf_dim_ordering_tf_kernels.h5: there is no such file"));
  EXPECT_THAT(absent.err, HasSubstr("(md5 64373286793e3c8b2b4e3219cbf3544b)"));
  create_folders(place / "keras/models");
  write_file_atomically(place / "keras/models/vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5", "not the weights");
  const Ended other = place.run({"summary", "vgg16", "--weights", "imagenet", "--head", "gap"}, how);
  EXPECT_EQ(other.code, 3);
  EXPECT_THAT(other.err, HasSubstr("is another file than Keras's (got md5 "));
  EXPECT_THAT(place.run({"summary", "mobilenet_v2_0.35", "--image-size", "96", "--weights", "imagenet", "--head", "gap"}, how).err,
              HasSubstr("mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_96_no_top.h5"));
  const Ended classes = place.run({"train", "vgg16", "--weights", "imagenet", "--data", "shapes.npz"}, how);
  EXPECT_EQ(classes.code, 2);
  EXPECT_THAT(classes.err, HasSubstr("--weights: imagenet's classes are another number (got 3, expected 1000); --head gap makes new classes"));
  EXPECT_THAT(place.run({"summary", "basic", "--weights", "imagenet"}, how).err, HasSubstr("there are no ImageNet weights of basic"));
}

}  // namespace
}  // namespace fovea
