// MODEL and the options that say more of it, by the real program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fovea/base/file.h"
#include "tests/harness/program.h"

namespace fovea {
namespace {

using testing::HasSubstr;
using testing::Not;

// two.json: a net for shapes.npz with two outputs, of which the second has its three classes.
class TwoOutputs : public testing::Test {
 protected:
  TwoOutputs() {
    write_file_atomically(place_ / "two.json", R"({"name": "two", "input_shape": [10, 10, 1], "layers": [
        {"Flatten": {"name": "flat"}}, {"Dense": {"units": 2, "activation": "softmax", "name": "side"}},
        {"Dense": {"units": 3, "activation": "softmax", "name": "main", "inputs": ["flat"]}}], "output": ["side", "main"]})");
    const Ended ended = place_.run({"train", "two.json", "--output-layer", "main", "--data", "shapes.npz", "--epochs", "20",
                                    "--name", "two", "--save", "a.keras", "--quiet"});
    EXPECT_EQ(ended.code, 0) << ended.err;
  }

  const Workplace place_;
};

TEST_F(TwoOutputs, AreRememberedWithTheOneThatIsUsed) {
  ASSERT_EQ(place_.run({"convert", "a.keras", "a.h5"}).code, 0);
  ASSERT_EQ(place_.run({"convert", "a.h5", "a.safetensors"}).code, 0);
  for (const char* model : {"runs/train/two", "a.keras", "a.h5", "a.safetensors"}) {
    const Ended ended = place_.run({"eval", model, "--data", "shapes.npz", "--json"});
    ASSERT_EQ(ended.code, 0) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("the model has 2 outputs; main is used (--output-layer)")) << model;
    EXPECT_GT(ended.json()["accuracy"], 0.6) << model;
  }
  const Ended resumed = place_.run({"train", "--resume", "runs/train/two", "--epochs", "21"});
  EXPECT_EQ(resumed.code, 0) << resumed.err;
}

TEST_F(TwoOutputs, AreChosenOfAnyModel) {
  ASSERT_EQ(place_.run({"convert", "a.keras", "a.safetensors"}).code, 0);
  ASSERT_EQ(place_.run({"convert", "a.keras", "a.weights.h5"}).code, 0);
  for (const std::vector<std::string>& model :
       std::vector<std::vector<std::string>>{{"runs/train/two"}, {"a.safetensors"}, {"a.keras"}, {"two.json"},
                                             {"a.weights.h5", "--architecture", "two.json"}}) {
    std::vector<std::string> words = {"summary", "--output-layer", "side"};
    words.insert(words.begin() + 1, model.begin(), model.end());
    const Ended ended = place_.run(words);
    ASSERT_EQ(ended.code, 0) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("side is used")) << model[0];
    words.back() = "mains";
    const Ended refused = place_.run(words);
    EXPECT_EQ(refused.code, 2) << model[0];
    EXPECT_THAT(refused.err, HasSubstr("--output-layer: unknown output \"mains\"; did you mean \"main\"?")) << model[0];
  }
  const Ended none = place_.run({"summary", "basic", "--output-layer", "top"});
  EXPECT_EQ(none.code, 2);
  EXPECT_THAT(none.err, HasSubstr("unknown output \"top\"; this model has dense_1"));
}

// What was trained before stays trained, whatever a file by name gives.
TEST_F(TwoOutputs, KeepTheirWeightsWhereAFileHasNoneOfTheirNames) {
  ASSERT_EQ(place_.train_saved().code, 0);
  const Ended ended = place_.run({"eval", "runs/train/two", "--data", "shapes.npz", "--weights", "m.safetensors", "--by-name"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("m.safetensors: 0 of 4 tensors taken"));
  EXPECT_THAT(ended.err, Not(HasSubstr("untrained")));
}

}  // namespace
}  // namespace fovea
