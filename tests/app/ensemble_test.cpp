// Ensembles by the real program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fovea/base/file.h"
#include "tests/harness/program.h"

namespace fovea {
namespace {

using testing::HasSubstr;

class EnsembleCommand : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    place_ = new Workplace;
    for (const char* name : {"a", "b", "c"}) {
      const Ended trained = place_->train(name, {"--epochs", "2", "--batch-size", "8", "--class-names", "top,middle,bottom", "--seed", std::to_string(name[0])});
      ASSERT_EQ(trained.code, 0) << trained.err;
    }
  }
  static void TearDownTestSuite() { delete place_; }
  static Ended ensemble(std::vector<std::string> words) {
    words.insert(words.begin(), {"ensemble", "--data", "shapes.npz"});
    return place_->run(words);
  }
  static Workplace* place_;
};
Workplace* EnsembleCommand::place_ = nullptr;

TEST_F(EnsembleCommand, ScoresEachMemberAndAllTogether) {
  const Ended ended = ensemble({"runs/train/a", "runs/train/b", "runs/train/c", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json json = ended.json();
  ASSERT_EQ(json["members"].size(), 3u);
  for (const Json& member : json["members"]) {
    const Ended alone = place_->run({"eval", member["model"].get<std::string>(), "--data", "shapes.npz", "--json"});
    EXPECT_NEAR(member["accuracy"].get<double>(), alone.json()["accuracy"].get<double>(), 1e-9);
  }
  for (const char* key : {"loss", "accuracy", "top5", "confusion_matrix", "classes", "report", "report_dict", "diversity"}) EXPECT_TRUE(json.contains(key)) << key;
  EXPECT_EQ(json["classes"], Json({"top", "middle", "bottom"}));
  EXPECT_TRUE(json["fitted_on"].is_null());
}

TEST_F(EnsembleCommand, IsSavedAsAModelThatScoresTheSame) {
  for (const std::vector<std::string>& how : {std::vector<std::string>{}, {"--weights", "fitted", "--temperature", "members"},
                                              {"--combine", "geometric", "--weights", "greedy", "--temperature", "both"}}) {
    std::vector<std::string> words = {"runs/train/a", "runs/train/b", "--save", "all.safetensors", "--json"};
    words.insert(words.end(), how.begin(), how.end());
    const Ended ended = ensemble(words);
    ASSERT_EQ(ended.code, 0) << ended.err;
    const Ended evaluated = place_->run({"eval", "all.safetensors", "--data", "shapes.npz", "--json"});
    ASSERT_EQ(evaluated.code, 0) << evaluated.err;
    EXPECT_NEAR(evaluated.json()["loss"].get<double>(), ended.json()["loss"].get<double>(), 1e-4);
    EXPECT_EQ(evaluated.json()["confusion_matrix"], ended.json()["confusion_matrix"]);
  }
  EXPECT_EQ(place_->run({"explain", "all.safetensors", "shapes.npz:test:0", "--npz", "map.npz"}).code, 0) << "it is a MODEL for every command";
}

TEST_F(EnsembleCommand, AveragesWeightsOfOneTraining) {
  const Ended trained = place_->train("each", {"--epochs", "3", "--batch-size", "8", "--checkpoint", "save_best_only=false"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const std::string folder = "runs/train/each/";
  const Ended ended = ensemble({folder + "epoch-002.safetensors", folder + "epoch-003.safetensors", "--combine", "weights", "--save", "mean.safetensors", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Ended evaluated = place_->run({"eval", "mean.safetensors", "--data", "shapes.npz", "--json"});
  EXPECT_NEAR(evaluated.json()["loss"].get<double>(), ended.json()["loss"].get<double>(), 1e-4);
  EXPECT_EQ(ensemble({folder + "epoch-002.safetensors", "--combine", "weights", "--weights", "fitted"}).code, 2);
}

TEST_F(EnsembleCommand, SaysWhatWasFittedOnWhat) {
  const Ended ended = ensemble({"runs/train/a", "runs/train/b", "--weights", "fitted", "--test-augment", "flip"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("scores are of the test pictures; weights and temperatures were fitted on the validation pictures"));
  EXPECT_EQ(ensemble({"runs/train/a", "--weights", "fitted", "--split", "validation"}).code, 2);
  EXPECT_EQ(ensemble({"runs/train/a", "--weights", "fitted", "--validation", "test"}).code, 2);
}

TEST_F(EnsembleCommand, TakesTheDatasNamesWhereModelsHaveNone) {
  const Ended ended = ensemble({"tiny.json", "tiny.json", "--class-names", "x,y,z", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.json()["classes"], Json({"x", "y", "z"}));
}

TEST_F(EnsembleCommand, TakesTheBestOfAStudy) {
  create_folders(*place_ / "study/best");
  for (const char* name : {"1", "2"}) ASSERT_EQ(std::system(("cp -r '" + (*place_ / "runs/train/a") + "' '" + (*place_ / "study/best/") + name + "'").c_str()), 0);
  const Ended ended = ensemble({"study", "--top", "1", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.json()["members"][0]["model"], "study/best/1");
  EXPECT_EQ(ended.json()["members"].size(), 1u);
}

TEST_F(EnsembleCommand, RefusesWhatCannotBe) {
  EXPECT_EQ(ensemble({}).code, 2);
  EXPECT_EQ(ensemble({"nowhere/at/all"}).code, 3);
  create_folders(*place_ / "begun/best");
  EXPECT_EQ(ensemble({"begun"}).code, 3);
  EXPECT_EQ(ensemble({"runs/train/a", "--combine", "mode"}).code, 2);
  EXPECT_EQ(ensemble({"runs/train/a", "--combine", "majority", "--save", "m.safetensors"}).code, 2);
  EXPECT_EQ(ensemble({"runs/train/a", "--temperature", "whole", "--save", "m.safetensors"}).code, 2);
  EXPECT_EQ(ensemble({"runs/train/a", "--save", "m.txt"}).code, 2);
}

}  // namespace
}  // namespace fovea
