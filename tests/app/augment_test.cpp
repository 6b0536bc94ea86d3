// `fovea train --augment` by the real program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "fovea/base/file.h"
#include "fovea/formats/npz.h"
#include "fovea/formats/safetensors.h"
#include "tests/harness/program.h"

namespace fovea {
namespace {

using testing::HasSubstr;

const std::string kKeys =
    "rotation_range=20,width_shift_range=0.2,horizontal_flip=true,zoom_range=0.8,1.2,fill_mode=reflect";

TEST(AugmentOption, IsAnnouncedKeptAndResumed) {
  const Workplace place;
  const Ended whole = place.train("whole", {"--epochs", "4", "--augment", kKeys});
  ASSERT_EQ(whole.code, 0) << whole.err;
  EXPECT_THAT(whole.err, HasSubstr("augmenting: rotation_range=20, width_shift_range=0.2, zoom_range=0.8 to 1.2, "
                                   "horizontal_flip=true, fill_mode=reflect\n"));
  EXPECT_THAT(read_file(place / "runs/train/whole/config.toml"), HasSubstr("augment = \"" + kKeys + "\""));
  ASSERT_EQ(place.train("half", {"--epochs", "2", "--augment", kKeys}).code, 0);
  const Ended resumed = place.run({"train", "--resume", "runs/train/half", "--epochs", "4"});
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  const auto history = [&](const std::string& run) {
    return read_file(place / ("runs/train/" + run + "/history.csv"));
  };
  EXPECT_EQ(history("half"), history("whole"));
  ASSERT_EQ(place.train("plain", {"--epochs", "4"}).code, 0);
  EXPECT_NE(history("plain"), history("whole"));
}

TEST(AugmentOption, TakesTodaysKeys) {
  const Workplace place;
  const Ended ended = place.train(
      "a", {"--epochs", "2", "--augment",
            "crop_padding=2,resized_crop=0.5,1,horizontal_flip=true,cutout=3,random_erasing=0.5,mixup=0.2,cutmix=1,"
            "rand_augment=2,brightness=0.2,contrast=0.2,saturation=0.2,hue=0.1"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(place
                .train("b", {"--epochs", "1", "--loss", "sparse_categorical_crossentropy", "--augment",
                             "trivial_augment=true,mixup=1"})
                .code,
            0);
}

TEST(AugmentOption, RefusesKeysAndValuesItDoesNotKnow) {
  const Workplace place;
  const auto message = [&](const std::string& keys) {
    const Ended ended = place.train("a", {"--augment", keys});
    EXPECT_EQ(ended.code, 2) << keys;
    return ended.err;
  };
  EXPECT_THAT(message("rotation=20"), HasSubstr("--augment: unknown key \"rotation\""));
  EXPECT_THAT(message("rotation_rang=20"), HasSubstr("did you mean \"rotation_range\"?"));
  EXPECT_THAT(message("fill_mode=nearst"), HasSubstr("did you mean \"nearest\"?"));
  EXPECT_THAT(message("compat=torch"), HasSubstr("--augment: compat: cannot be (got \"torch\", expected keras)"));
  EXPECT_THAT(message("alternating_flip=true,horizontal_flip=true"),
              HasSubstr("--augment: alternating_flip: does not go with horizontal_flip (got both, expected one)"));
  EXPECT_THAT(message("zoom_range=1.5,0.5"), HasSubstr("--augment: zoom_range: cannot be (got 1.5 to 0.5"));
  EXPECT_THAT(message("rescale=nan"), HasSubstr("--augment: rescale"));
  EXPECT_THAT(message("samplewise_centre=true"), HasSubstr("unknown key \"samplewise_centre\""));
  const Ended shown = place.run({"data", "shapes.npz", "--preview", "a.png", "--augment", "rescale=0.1"});
  EXPECT_EQ(shown.code, 2);
  EXPECT_THAT(shown.err, HasSubstr("--augment: standardized pictures cannot be shown"));
}

// Against pictures that are standardized here, and given as float32: they are taken as they are.
TEST(AugmentOption, StandardizesWhateverTheModelSees) {
  const Workplace place;
  const Npz npz(place / "shapes.npz");
  const auto numbers = [&](const std::string& name) {
    const Array array = npz.read(name);
    return std::vector<double>(array.values<uint8_t>().begin(), array.values<uint8_t>().end());
  };
  const std::vector<double> train = numbers("x_train"), test = numbers("x_test");
  double mean = 0, squares = 0;
  for (const double x : train) mean += 0.5 * x / static_cast<double>(train.size());
  for (const double x : train) squares += (0.5 * x - mean) * (0.5 * x - mean) / static_cast<double>(train.size());
  const double deviation = std::sqrt(squares) + 1e-6;
  const auto standardized = [&](const std::vector<double>& from) {
    std::vector<float> to;
    for (const double x : from) to.push_back(static_cast<float>((0.5 * x - mean) / deviation));
    return Array::of<float>({static_cast<int64_t>(from.size()) / 100, 10, 10, 1}, to);
  };
  const Array x_train = standardized(train), x_test = standardized(test), y_train = npz.read("y_train"), y_test = npz.read("y_test");
  save_npz(place / "floats.npz", std::vector<NamedTensor>{NamedTensor::of("x_train", x_train), NamedTensor::of("y_train", y_train),
                                                          NamedTensor::of("x_test", x_test), NamedTensor::of("y_test", y_test)});
  const auto trained = [&](const std::string& name, std::vector<std::string> more) {
    more.insert(more.begin(), {"train", "tiny.json", "--name", name, "--epochs", "3", "--validation", "test", "--json"});
    const Ended ended = place.run(more);
    EXPECT_EQ(ended.code, 0) << ended.err;
    return ended.json()["epochs"].back()["val_loss"].get<double>();
  };
  const std::string keys = "rescale=0.5,featurewise_std_normalization=true";
  const double truth = trained("floats", {"--data", "floats.npz"}), ours = trained("bytes", {"--data", "shapes.npz", "--augment", keys});
  EXPECT_NEAR(ours, truth, 1e-4 * truth);
  const SafetensorsFile file(place / "runs/train/bytes/model.safetensors");
  EXPECT_EQ(file->metadata().at("preprocessing"), "none");
  EXPECT_NEAR(file->read("__standardize__/mean").values<float>()[0], mean, 1e-4 * mean);
  // Every other command takes it from the model.
  const Ended evaluated = place.run({"eval", "runs/train/bytes/model.safetensors", "--data", "shapes.npz", "--json"});
  ASSERT_EQ(evaluated.code, 0) << evaluated.err;
  EXPECT_NEAR(evaluated.json()["loss"].get<double>(), ours, 1e-6 * ours);
  EXPECT_THAT(evaluated.err, HasSubstr("standardizing as the model records"));
  const auto probability = [&](const std::string& run, const std::string& data) {
    const Ended ended = place.run({"predict", "runs/train/" + run + "/model.safetensors", data + ":test:4", "--json"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    return ended.json()["pictures"][0]["top"][0]["probability"].get<double>();
  };
  EXPECT_NEAR(probability("bytes", "shapes.npz"), probability("floats", "floats.npz"), 1e-4);
  // Further training of the model keeps it; other keys take its place.
  const auto more = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"train", "runs/train/bytes", "--data", "shapes.npz", "--epochs", "1", "--save", "m.safetensors"});
    EXPECT_EQ(place.run(words).code, 0);
    return SafetensorsFile(place / "m.safetensors")->metadata().at("standardize");
  };
  EXPECT_EQ(more({}), file->metadata().at("standardize"));
  EXPECT_THAT(more({"--augment", "samplewise_center=true"}), HasSubstr("\"featurewise_center\":false"));
}

TEST(AugmentOption, StandardizedRunsAreResumedToTheSameBits) {
  const Workplace place;
  for (const char* keys : {"zca_whitening=true,zca_epsilon=0.01,horizontal_flip=true,mixup=0.2", "samplewise_std_normalization=true"}) {
    const std::string whole = std::string("whole-") + keys[0], half = std::string("half-") + keys[0];
    ASSERT_EQ(place.train(whole, {"--epochs", "3", "--augment", keys}).code, 0);
    ASSERT_EQ(place.train(half, {"--epochs", "1", "--augment", keys}).code, 0);
    ASSERT_EQ(place.run({"train", "--resume", "runs/train/" + half, "--epochs", "3"}).code, 0);
    for (const char* file : {"model.safetensors", "history.csv"})
      EXPECT_EQ(read_file(place / ("runs/train/" + half + "/" + file)), read_file(place / ("runs/train/" + whole + "/" + file))) << keys;
  }
}

TEST(AugmentOption, ShowsWhatItDoes) {
  const Workplace place;
  const auto preview = [&](const std::string& name, const std::vector<std::string>& more) {
    std::vector<std::string> words = {"data", "shapes.npz", "--preview", name};
    words.insert(words.end(), more.begin(), more.end());
    const Ended ended = place.run(words);
    EXPECT_EQ(ended.code, 0) << ended.err;
    return read_file(place / name);
  };
  const std::vector<std::string> augment = {"--augment", kKeys};
  const std::string plain = preview("plain.png", {}), first = preview("first.png", augment);
  EXPECT_NE(first, plain);
  EXPECT_EQ(preview("again.png", augment), first);
  EXPECT_NE(preview("other.png", {"--augment", kKeys, "--seed", "1"}), first);
  const Ended lonely = place.run({"data", "shapes.npz", "--augment", kKeys});
  EXPECT_EQ(lonely.code, 2);
  EXPECT_THAT(lonely.err, HasSubstr("--augment: is for --preview here"));
}

TEST(AugmentOption, IsHeededWhereLearningRatesAreTried) {
  const Workplace place;
  const auto curve = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"train", "tiny.json", "--data", "shapes.npz", "--find-lr", "rates.svg", "--json"});
    const Ended ended = place.run(more);
    EXPECT_EQ(ended.code, 0) << ended.err;
    return ended.json().at("curve");
  };
  EXPECT_EQ(curve({}), curve({}));
  EXPECT_NE(curve({}), curve({"--augment", kKeys}));
  EXPECT_FALSE(folder_exists(place / "runs")) << "no run is made";
}

}  // namespace
}  // namespace fovea
