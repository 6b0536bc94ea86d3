// `fovea train --augment` by the real program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fovea/base/file.h"
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
  EXPECT_THAT(message("zoom_range=1.5,0.5"), HasSubstr("--augment: zoom_range: cannot be (got 1.5 to 0.5"));
  EXPECT_THAT(message("rescale=0.1"), HasSubstr("--augment: rescale is for every picture"));
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
