// Keras's files in the real program: opened by every command, converted, trained on, refused in one line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fovea/base/file.h"
#include "tests/harness/golden_keras_files.h"
#include "tests/harness/program.h"

namespace fovea {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string probabilities(const Workplace& place, const std::string& model, const std::string& pictures) {
  const Ended ended = place.run({"predict", model, pictures, "--preprocess", "none", "-o", "p.npy", "--quiet"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  return read_file(place / "p.npy");
}

TEST(KerasFilesInTheProgram, SayTheSameInEveryFormat) {
  const Workplace place;
  const std::string pictures = golden_path("transfer/answers.npz");
  std::string before = probabilities(place, golden_path("transfer/keras_2.h5"), pictures);
  std::string from = golden_path("transfer/keras_2.h5");
  for (const char* to : {"a.keras", "a.safetensors", "a.h5", "b.keras"}) {
    const Ended ended = place.run({"convert", from, to});
    ASSERT_EQ(ended.code, 0) << ended.err;
    EXPECT_THAT(ended.out, HasSubstr("base/base_conv_1/kernel  (3, 3, 3, 4)"));
    EXPECT_EQ(probabilities(place, to, pictures), before) << to;
    from = to;
  }
  ASSERT_EQ(place.run({"convert", "b.keras", "b.weights.h5"}).code, 0);
  ASSERT_EQ(place.run({"convert", "b.keras", "b.json"}).code, 0);
  const Ended refused = place.run({"predict", "b.weights.h5", pictures});
  EXPECT_EQ(refused.code, 3);
  EXPECT_THAT(refused.err, HasSubstr("b.weights.h5: holds weights and no architecture; say with --architecture"));
  const Ended weights = place.run({"predict", "b.weights.h5", pictures, "--architecture", "b.json", "--preprocess", "none",
                                   "-o", "w.npy", "--quiet"});
  ASSERT_EQ(weights.code, 0) << weights.err;
  EXPECT_EQ(read_file(place / "w.npy"), before);
}

TEST(KerasFilesInTheProgram, ShowModelsInModels) {
  const Workplace place;
  const Ended closed = place.run({"summary", golden_path("three_deep/keras_3.keras")});
  EXPECT_THAT(closed.out, HasSubstr("middle (Functional)"));
  EXPECT_THAT(closed.out, Not(HasSubstr("inner_conv")));
  const Ended open = place.run({"summary", golden_path("three_deep/keras_3.keras"), "--expand-nested"});
  EXPECT_THAT(open.out, HasSubstr("inner_conv (Conv2D)"));
}

TEST(KerasFilesInTheProgram, TakeLabelsOfTeachableMachine) {
  const Workplace place;
  write_file_atomically(place / "labels.txt", "0 paper cup\n1 can\n2 other\n");
  const Ended ended = place.run({"predict", golden_path("teachable_machine/keras_2.h5"), golden_path("teachable_machine/answers.npz"),
                                 "--labels", "labels.txt", "--top", "3"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("preprocessing tf (Teachable Machine's)"));
  EXPECT_THAT(ended.out, HasSubstr("  paper cup 0."));
}

TEST(KerasFilesInTheProgram, GoOnWithTheirOptimizer) {
  const Workplace place;
  const Ended first = place.train("a", {"--epochs", "2", "--optimizer", "sgd", "--momentum", "0.9", "--learning-rate", "0.02",
                                        "--save", "a.keras"});
  ASSERT_EQ(first.code, 0) << first.err;
  const Ended second = place.run({"train", "a.keras", "--data", "shapes.npz", "--epochs", "1", "--name", "b", "--json"});
  ASSERT_EQ(second.code, 0) << second.err;
  EXPECT_THAT(second.err, HasSubstr("a.keras: going on with sgd behind step"));
  EXPECT_THAT(read_file(place / "runs/train/b/config.toml"), HasSubstr("momentum = 0.9"));
  const Ended anew = place.run({"train", "a.keras", "--data", "shapes.npz", "--epochs", "1", "--name", "c", "--optimizer", "adam"});
  ASSERT_EQ(anew.code, 0) << anew.err;
  EXPECT_THAT(anew.err, Not(HasSubstr("going on with")));
  // What goes on is resumed to the same bits as any other run.
  const Ended longer = place.run({"train", "--resume", "runs/train/b", "--epochs", "3"});
  EXPECT_EQ(longer.code, 0) << longer.err;
}

TEST(KerasFilesInTheProgram, GoOnWithTheirSchedule) {
  const Workplace place;
  ASSERT_EQ(place.train("a", {"--epochs", "1", "--batch-size", "12", "--optimizer", "sgd", "--schedule",
                              "piecewise,boundaries=2,6,values=0.5,0.25,0.125", "--save", "a.keras"}).code, 0);
  const Ended further = place.run({"train", "a.keras", "--data", "shapes.npz", "--epochs", "1", "--batch-size", "12",
                                   "--name", "b", "--json"});
  ASSERT_EQ(further.code, 0) << further.err;
  EXPECT_EQ(further.json()["epochs"][0]["learning_rate"], 0.125);
}

TEST(KerasFilesInTheProgram, GiveTheirWeightsByNameOrAllOfThem) {
  const Workplace place;
  const Ended table = place.run({"summary", golden_path("chain/keras_3.keras"), "--weights", golden_path("three_deep/keras_2.h5")});
  EXPECT_EQ(table.code, 3);
  EXPECT_THAT(table.err, HasSubstr("the tensors do not fit the model"));
  EXPECT_THAT(table.err, HasSubstr("tensor"));
  EXPECT_THAT(table.err, HasSubstr("missing"));
  const Ended all = place.run({"summary", golden_path("chain/keras_3.keras"), "--weights", golden_path("chain/keras_2.weights_only.h5")});
  EXPECT_EQ(all.code, 0) << all.err;
  EXPECT_THAT(all.err, HasSubstr("8 of 8 tensors taken"));
  const Ended named = place.run({"summary", golden_path("three_deep/keras_3.keras"), "--weights", golden_path("branches/keras_2.h5"),
                                 "--by-name", "--json"});
  EXPECT_EQ(named.code, 3) << named.err;  // the dense layer "out" of both is of another shape
}

TEST(KerasFilesInTheProgram, AreUsedByArchitectures) {
  const Workplace place;
  ASSERT_EQ(place.run({"convert", golden_path("transfer/keras_2.h5"), "base.keras"}).code, 0);
  write_file_atomically(place / "net.json", R"({"name": "net", "input_shape": [8, 8, 3], "layers": [
      {"Model": {"use": "base.keras", "trainable": false}}, {"Dense": {"units": 2, "activation": "softmax"}}]})");
  const Ended ended = place.run({"summary", "net.json", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json json = ended.json();
  EXPECT_EQ(json["trainable_parameters"], 3 * 2 + 2);
  EXPECT_THAT(json.dump(), HasSubstr("base/base/base_conv_1"));
}

TEST(KerasFilesInTheProgram, AreRefusedInOneLine) {
  const Workplace place;
  write_file_atomically(place / "text.h5", "no HDF5");
  write_file_atomically(place / "text.keras", "no zip");
  write_file_atomically(place / "lambda.json",
                        R"({"class_name": "Sequential", "config": {"name": "s", "layers": [
      {"class_name": "InputLayer", "config": {"batch_shape": [null, 8, 8, 3], "name": "in"}},
      {"class_name": "Lambda", "config": {"name": "twice"}}]}})");
  for (const auto& [file, what] : {std::pair{"text.h5", "text.h5: "}, {"text.keras", "text.keras: "},
                                   {"lambda.json", "a Lambda holds Python code"}, {"none.keras", "there is no such file"}}) {
    const Ended ended = place.run({"summary", file});
    EXPECT_EQ(ended.code, 3) << file;
    EXPECT_THAT(ended.err, HasSubstr(what));
    EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
  }
  const Ended extension = place.run({"convert", golden_path("chain/keras_3.keras"), "a.onnx"});
  EXPECT_EQ(extension.code, 2);
  EXPECT_THAT(extension.err, HasSubstr("this format cannot be written (got a.onnx, expected .safetensors"));
  const Ended folder = place.run({"convert", golden_path("chain/keras_3.keras"), "nowhere/a.keras"});
  EXPECT_EQ(folder.code, 3);
}

// A disk that fills up, or a limit: nothing half-written stays.
TEST(KerasFilesInTheProgram, AreWrittenWholeOrNotAtAll) {
  const Workplace place;
  for (const char* file : {"a.keras", "a.h5", "a.weights.h5", "a.safetensors"}) {
    const Ended ended = place.run({"convert", golden_path("chain/keras_3.keras"), file}, {.file_limit = 1000});
    EXPECT_EQ(ended.code, 3) << file << ended.err;
    EXPECT_FALSE(file_exists(place / file)) << file;
  }
  for (const FolderEntry& entry : list_folder(place.path())) EXPECT_THAT(entry.name, Not(HasSubstr(".tmp")));
}

}  // namespace
}  // namespace fovea
