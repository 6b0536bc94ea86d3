#include "fovea/train/data_examples.h"

#include <gtest/gtest.h>

#include "fovea/layers/dense.h"
#include "fovea/layers/flatten.h"
#include "fovea/layers/rescaling.h"
#include "fovea/train/model_preprocess.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

Dataset dataset_of(Array pixels, std::vector<int32_t> labels, std::vector<std::string> names) {
  Dataset dataset;
  dataset.name = "made";
  dataset.class_names = std::move(names);
  dataset.classes = 3;
  dataset.test = Split(std::make_shared<const Pictures>(std::move(pixels), std::move(labels)));
  return dataset;
}

// All 256 bytes in one picture of 16x16.
Dataset all_bytes(std::vector<std::string> names = {}) {
  Array pixels(DType::u8, {1, 16, 16, 1});
  for (size_t i = 0; i < 256; ++i) pixels.values<uint8_t>()[i] = static_cast<uint8_t>(i);
  return dataset_of(std::move(pixels), {2}, std::move(names));
}

Model model_of(std::vector<std::string> names, Shape shape = {16, 16, 1}, double scale = 0) {
  const auto dense = Dense({.units = 3, .activation = ActivationKind::softmax});
  Model model = scale == 0 ? sequential({.input_shape = shape}, Flatten(), dense)
                           : sequential({.input_shape = shape}, Rescaling({.scale = static_cast<float>(scale)}),
                                        Flatten(), dense);
  model.info.class_names = std::move(names);
  return model;
}

TEST(DataExamples, DivideBytesAsKerasDoes) {
  const Dataset data = all_bytes();
  const DataExamples examples(data.test, {.shape = {16, 16, 1}}, {0, 1, 2}, 3, "made");
  std::vector<float> picture(256);
  examples.picture(0, picture.data());
  for (int i = 0; i < 256; ++i) EXPECT_EQ(picture[static_cast<size_t>(i)], static_cast<float>(i) / 255.0f) << i;
  EXPECT_EQ(examples.label(0), 2);
}

TEST(DataExamples, TakeFloatsAsTheyAre) {
  Array pixels(DType::f32, {1, 2, 1, 1});
  pixels.values<float>()[0] = 254.5f;
  pixels.values<float>()[1] = -3;
  const Dataset data = dataset_of(std::move(pixels), {0}, {});
  const DataExamples examples(data.test, {.shape = {2, 1, 1}}, {0, 1, 2}, 3, "made");
  float picture[2];
  examples.picture(0, picture);
  EXPECT_EQ(picture[0], 254.5f);
  EXPECT_EQ(picture[1], -3.0f);
}

TEST(DataExamples, BringPicturesToTheModelsShapeBeforeTheyArePreprocessed) {
  const Dataset data = all_bytes();
  const DataExamples examples(data.test, {.shape = {16, 16, 3}, .preprocess = Preprocess::caffe}, {0, 1, 2}, 3, "made");
  std::vector<float> picture(768);
  examples.picture(0, picture.data());
  EXPECT_EQ(picture[3 * 200], 200 - 103.939f);
  EXPECT_EQ(picture[3 * 200 + 2], 200 - 123.68f);
}

TEST(DataExamples, LabelsMeetClassesByName) {
  const Dataset data = all_bytes({"cat", "dog", "owl"});
  EXPECT_EQ(match_classes(data, model_of({"owl", "cat", "dog"})), (std::vector<int32_t>{1, 2, 0}));
  EXPECT_EQ(match_classes(data, model_of({})), (std::vector<int32_t>{0, 1, 2}));
  EXPECT_EQ(match_classes(all_bytes(), model_of({"owl", "cat", "dog"})), (std::vector<int32_t>{0, 1, 2}));
  const std::string line = refusal([&] { match_classes(data, model_of({"owl", "cat", "dogs"})); });
  EXPECT_EQ(line, "made: class \"dog\" is none of the model's (expected owl, cat, dogs); did you mean \"dogs\"?");
}

TEST(DataExamples, TakeWrittenNumbersForNamesWhereTheModelsAreNumbers) {
  Dataset data = all_bytes();  // of three classes, of which only 2 has a picture
  EXPECT_EQ(match_classes(data, model_of({"1", "10", "2"})), (std::vector<int32_t>{0, 1, 2})) << "an array's labels are indices";
  data.numbered = true;
  EXPECT_EQ(match_classes(data, model_of({"1", "2", "3"}))[2], 1);
  EXPECT_EQ(match_classes(data, model_of({"owl", "cat", "dog"})), (std::vector<int32_t>{0, 1, 2}));
  EXPECT_EQ(refusal([&] { match_classes(data, model_of({"1", "3", "5"})); }), "made: class \"2\" is none of the model's (expected 1, 3, 5); did you mean \"1\", \"3\" or \"5\"?");
}

TEST(DataExamples, RefuseALabelThatIsNoClass) {
  const Dataset data = all_bytes();
  const std::string line = refusal([&] { DataExamples(data.test, {.shape = {16, 16, 1}}, {0, 1, 2}, 2, "made"); });
  EXPECT_EQ(line, "made: the label of picture 0 is no class of the model (got 2, expected 0 to 1)");
}

TEST(ModelPreprocess, IsTheOneAskedForThenTheModelsThenTheUsual) {
  Model model = model_of({});
  EXPECT_EQ(choose_preprocess(model).preprocess, Preprocess::unit);
  model.info.preprocessing = "torch";
  EXPECT_EQ(choose_preprocess(model).preprocess, Preprocess::torch);
  EXPECT_EQ(choose_preprocess(model, "none").preprocess, Preprocess::none);
  EXPECT_EQ(choose_preprocess(model_of({}, {16, 16, 1}, 1.0 / 255)).preprocess, Preprocess::none);
  EXPECT_EQ(choose_preprocess(model_of({}, {16, 16, 1}, 2)).preprocess, Preprocess::unit);
}

}  // namespace
}  // namespace fovea
