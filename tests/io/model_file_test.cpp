#include "fovea/io/model_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "fovea/formats/safetensors.h"
#include "fovea/io/architecture.h"
#include "fovea/io/tensor_match.h"
#include "fovea/layers/batch_normalization.h"
#include "fovea/layers/conv2d.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/flatten.h"
#include "fovea/model/plan_builder.h"
#include "tests/harness/damage.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Model small_model(uint64_t seed = 1, int64_t classes = 3) {
  return sequential({.name = "small", .input_shape = {6, 6, 2}, .seed = seed},
                    Conv2D({.filters = 5, .kernel_size = 3, .activation = ActivationKind::relu}), BatchNormalization(),
                    Flatten(), Dense({.units = classes, .activation = ActivationKind::softmax}));
}

void expect_same_bits(const Model& a, const Model& b) {
  ASSERT_EQ(a.parameters().size(), b.parameters().size());
  for (int i = 0; i < a.parameters().size(); ++i) {
    EXPECT_EQ(a.parameters()[i].path, b.parameters()[i].path);
    const Array x = a.parameters().get(i), y = b.parameters().get(i);
    ASSERT_EQ(x.shape(), y.shape());
    EXPECT_EQ(std::memcmp(x.data(), y.data(), x.bytes()), 0) << a.parameters()[i].path;
  }
}

// A native file's tensors and metadata, to be changed and written again.
struct Content {
  std::vector<std::pair<std::string, Array>> tensors;
  Metadata metadata;

  explicit Content(const std::string& path) {
    const SafetensorsFile file(path);
    metadata = file->metadata();
    for (const SafetensorsEntry& entry : file->entries()) tensors.emplace_back(entry.name, file->read(entry.name));
  }
  void save(const std::string& path) const {
    std::vector<NamedTensor> named;
    for (const auto& [name, array] : tensors) named.push_back(NamedTensor::of(name, array));
    save_safetensors(path, named, metadata);
  }
};

class ModelFile : public testing::Test {
 protected:
  ModelFile() { save_model(small_model(), path_); }

  // What loading is refused with after a change of the content.
  template <class Change>
  std::string refused_after(Change change) {
    Content content(path_);
    change(content);
    const std::string path = folder_ / "changed.safetensors";
    content.save(path);
    return refusal([&] { load_model(path); });
  }

  TemporaryFolder folder_;
  std::string path_ = folder_ / "small.safetensors";
};

TEST_F(ModelFile, GivesTheSameBitsBack) {
  Model model = small_model();
  Array kernel = model.parameters().get(0);
  kernel.values<float>()[0] = -0.0f;
  kernel.values<float>()[1] = std::nanf("7");
  kernel.values<float>()[2] = INFINITY;
  kernel.values<float>()[3] = 1e-42f;
  model.parameters().set(0, kernel);
  model.info.class_names = {"cat", "d\"o\\g", "Käse\n"};
  model.info.preprocessing = "unit";
  model.info.provenance = {{"data", "cifar10"}, {"seed", 1}};
  save_model(model, path_);
  const Model loaded = load_model(path_);
  expect_same_bits(model, loaded);
  EXPECT_EQ(loaded.name(), "small");
  EXPECT_EQ(loaded.info.class_names, model.info.class_names);
  EXPECT_EQ(loaded.info.preprocessing, "unit");
  EXPECT_EQ(loaded.info.provenance, model.info.provenance);
  EXPECT_EQ(write_keras(loaded.graph()), write_keras(model.graph()));
}

TEST_F(ModelFile, HoldsKerasNamesAndShapesWhateverThePlansLayout) {
  Model model = small_model();
  make_plan(model.graph(), model.parameters(),
            {.batch = 4, .training = true, .gradients = true, .loss = PlanOptions::Loss{}});
  save_model(model, path_);
  const SafetensorsFile file(path_);
  std::vector<std::string> names;
  for (const SafetensorsEntry& entry : file->entries()) names.push_back(entry.name);
  EXPECT_THAT(names, ElementsAre("conv2d/kernel", "conv2d/bias", "batch_normalization/gamma",
                                 "batch_normalization/beta", "batch_normalization/moving_mean",
                                 "batch_normalization/moving_variance", "dense/kernel", "dense/bias"));
  EXPECT_EQ(file->find("conv2d/kernel")->shape, Shape({3, 3, 2, 5}));
  EXPECT_EQ(file->find("dense/kernel")->shape, Shape({80, 3}));
  expect_same_bits(load_model(path_), small_model());
}

TEST_F(ModelFile, SaysWhatItIsInItsMetadata) {
  const SafetensorsFile file(path_);
  EXPECT_EQ(file->metadata().at("format"), "fovea");
  EXPECT_EQ(file->metadata().at("format_version"), "1");
  EXPECT_EQ(parse_json(file->metadata().at("config"), "")["class_name"], "Sequential");
  EXPECT_FALSE(file->metadata().contains("class_names"));
}

TEST_F(ModelFile, KeepsWhatIsDoneToPictures) {
  Model model = small_model();
  model.info.standardize = {{"featurewise_center", true}};
  model.info.statistics = {{"mean", std::make_shared<const Array>(Array::of<float>({2}, std::vector<float>{1.5f, -2}))}};
  save_model(model, path_);
  const Model loaded = load_model(path_);
  expect_same_bits(model, loaded);
  EXPECT_EQ(loaded.info.standardize, model.info.standardize);
  ASSERT_EQ(loaded.info.statistics.size(), 1u);
  EXPECT_EQ(loaded.info.statistics[0].first, "mean");
  EXPECT_EQ(loaded.info.statistics[0].second->values<float>()[1], -2);
  Model other = small_model(2);
  load_weights(other, path_);
  expect_same_bits(other, small_model());
  Content content(path_);
  content.metadata["standardize"] = "[1]";
  content.save(path_);
  EXPECT_THAT(refusal([&] { load_model(path_); }), HasSubstr("standardize: cannot be (got [1], expected an object)"));
  content.metadata.erase("standardize");
  content.save(path_);
  EXPECT_THAT(refusal([&] { load_model(path_); }), HasSubstr("tensor")) << "numbers of nothing";
}

TEST_F(ModelFile, RemembersTheSizeThatAnOpenOneWasMadeFor) {
  const Json open = Json::parse(R"({"input_shape": [null, null, null], "layers": [{"Conv2D": {"filters": 4, "kernel_size": 3}},
                                    {"GlobalAveragePooling2D": {}}, {"Dense": {"units": 3, "activation": "softmax"}}]})");
  const std::string path = folder_ / "open.safetensors";
  save_model(Model(read_architecture(open, "open", {.picture_shape = Shape{9, 7, 1}}), 1), path);
  EXPECT_EQ(load_model(path).input_shape(), (Shape{9, 7, 1}));
  Content content(path);
  for (const char* size : {"[9,7]", "[9,7,-1]", "[9,7,\"a\"]", "{}", "[2000000,2000000,1]"}) {
    content.metadata["picture_shape"] = size;
    content.save(folder_ / "changed.safetensors");
    EXPECT_THAT(refusal([&] { load_model(folder_ / "changed.safetensors"); }), HasSubstr("_shape")) << size;
  }
}

TEST_F(ModelFile, WeightsGoIntoAModelThatIsThere) {
  Model other = small_model(2);
  load_weights(other, path_);
  expect_same_bits(other, small_model());
  // Of any safetensors file, whatever else it says.
  Content content(path_);
  content.metadata = {{"format", "pt"}};
  content.save(path_);
  Model third = small_model(3);
  load_weights(third, path_);
  expect_same_bits(third, small_model());
}

TEST_F(ModelFile, TensorsThatDoNotFitAreListedAndNothingIsChanged) {
  Content content(path_);
  content.tensors[0].first = "conv2d_1/kernel";        // of another name
  content.tensors[6].second.reshape({3, 80});          // of another shape
  content.tensors[7].second = Array(DType::f64, {3});  // of another type
  content.save(path_);
  Model model = small_model(2);
  try {
    load_weights(model, path_);
    FAIL() << "nothing was refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::file);
    EXPECT_EQ(error.what(), path_ +
                                ": the tensors do not fit the model (got 8 tensors: 1 missing, 2 of another shape or "
                                "type, 1 unexpected, expected 8)");
    EXPECT_EQ(error.details(),
              "tensor           model                 file\n"
              "conv2d/kernel    float32 (3, 3, 2, 5)  -                     missing; the file has conv2d_1/kernel\n"
              "dense/kernel     float32 (80, 3)       float32 (3, 80)       another shape\n"
              "dense/bias       float32 (3,)          float64 (3,)          another type\n"
              "conv2d_1/kernel  -                     float32 (3, 3, 2, 5)  unexpected\n");
  }
  expect_same_bits(model, small_model(2));
}

TEST_F(ModelFile, RefusesMetadataThatAreWrong) {
  EXPECT_THAT(refused_after([](Content& c) { c.metadata.clear(); }), HasSubstr("holds tensors but no architecture"));
  EXPECT_THAT(refused_after([](Content& c) { c.metadata["format"] = "pt"; }), HasSubstr(R"(say format "pt")"));
  EXPECT_THAT(refused_after([](Content& c) { c.metadata["format_version"] = "2"; }), HasSubstr("another version"));
  EXPECT_THAT(refused_after([](Content& c) { c.metadata["format_version"] = "x"; }), HasSubstr(R"(got "x")"));
  EXPECT_THAT(refused_after([](Content& c) { c.metadata.erase("config"); }), HasSubstr("no \"config\""));
  EXPECT_THAT(refused_after([](Content& c) { c.metadata["config"] = "{"; }), HasSubstr("config: not valid JSON"));
  EXPECT_THAT(refused_after([](Content& c) { c.metadata["config"] = "[]"; }), HasSubstr("config: not an architecture"));
  EXPECT_THAT(refused_after([](Content& c) { c.metadata["class_names"] = R"(["a", "b"])"; }),
              HasSubstr("got 2, expected 3"));
  EXPECT_THAT(refused_after([](Content& c) { c.metadata["class_names"] = R"(["a", "b", 3])"; }),
              HasSubstr("got 3, expected a text"));
  EXPECT_THAT(refused_after([](Content& c) { c.metadata["class_names"] = "{}"; }), HasSubstr("expected a list"));
  EXPECT_THAT(refused_after([](Content& c) { c.metadata["provenance"] = "3"; }), HasSubstr("expected an object"));
}

TEST_F(ModelFile, AConfigThatAsksForMoreThanTheFileHoldsBooksNothing) {
  const std::string text = refused_after([](Content& c) {
    c.metadata["config"] = R"({"name": "huge", "input_shape": [40000], "layers": [{"Dense": {"units": 50000}},
                               {"Dense": {"units": 40000}}]})";
  });
  EXPECT_THAT(text, HasSubstr("the tensors do not fit the model"));
}

TEST_F(ModelFile, LongTablesAreCut) {
  std::vector<TensorEntry> needed, held;
  for (int i = 0; i < 5000; ++i) needed.push_back({fmt::format("layer_{}/kernel", i), {3, 3}, DType::f32});
  for (int i = 0; i < 5000; ++i) held.push_back({fmt::format("other_{}/kernel", i), {3, 3}, DType::f32});
  try {
    check_tensors(needed, held, "f");
    FAIL() << "nothing was refused";
  } catch (const Error& error) {
    EXPECT_THAT(error.details(), HasSubstr("... and 9950 more"));
  }
}

TEST_F(ModelFile, ManyNamesInAFileAreNotAllComparedWithOneThatIsMissing) {
  const auto details_of = [](int before) {
    std::vector<TensorEntry> held;
    for (int i = 0; i < before; ++i) held.push_back({fmt::format("{}", i), {3}, DType::f32});
    held.push_back({"dense_1/kernel", {3}, DType::f32});
    try {
      check_tensors({{"dense/kernel", {3}, DType::f32}}, held, "f");
    } catch (const Error& error) {
      return error.details();
    }
    return std::string();
  };
  EXPECT_THAT(details_of(199), HasSubstr("missing; the file has dense_1/kernel"));
  EXPECT_THAT(details_of(200), Not(HasSubstr("the file has")));
  EXPECT_THAT(details_of(200), HasSubstr("... and 152 more"));
}

TEST_F(ModelFile, AnyBeginningOfAFileIsRefused) {
  refuses_every_truncation(read_file(path_), [](Bytes bytes) { read_model(Safetensors(bytes, "f")); });
}

TEST_F(ModelFile, AnyChangeOfAByteIsReadOrRefused) {
  // Every third byte: the header is long.
  const std::string file = read_file(path_);
  for (size_t at = 0; at < file.size(); at += 3)
    for (const int value : {0, 0x22, 0x39, 0xff, file[at] ^ 1}) {
      auto changed = exact_copy(file);
      changed[at] = static_cast<uint8_t>(value);
      try {
        read_model(Safetensors(changed, "f"));
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::file) << error.what();
      }
    }
}

TEST_F(ModelFile, AFailedSaveLeavesTheOldFile) {
  const std::string before = read_file(path_);
  EXPECT_NE(refusal([&] { save_model(small_model(2), folder_ / "none/small.safetensors"); }), "(nothing was refused)");
  EXPECT_NE(refusal([&] { load_model(folder_ / "none.safetensors"); }), "(nothing was refused)");
  EXPECT_EQ(read_file(path_), before);
}

}  // namespace
}  // namespace fovea
