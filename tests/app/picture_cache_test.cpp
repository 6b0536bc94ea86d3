// Pictures kept decoded on disk, by the real program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "fovea/base/file.h"
#include "fovea/base/sanitizers.h"
#include "fovea/formats/npz.h"
#include "tests/data/make_pictures.h"
#include "tests/harness/program.h"

namespace fovea {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class CachedPictureFiles : public testing::Test {
 protected:
  // The training pictures of shapes.npz: shapes/0/00.png, …
  void write_shapes() const {
    const Npz npz(place_ / "shapes.npz");
    const Array x = npz.read("x_train"), y = npz.read("y_train");
    for (int64_t i = 0; i < x.shape()[0]; ++i) {
      Image image(10, 10, 1);
      std::copy_n(x.values<uint8_t>().data() + i * 100, 100, image.pixels.data());
      write_picture(place_ / fmt::format("shapes/{}/{:02}.png", y.values<uint8_t>()[static_cast<size_t>(i)], i), image);
    }
  }
  // So many of 512x512x3: 786,432 bytes each in memory, a few thousand in their files.
  void write_large(int count) const {
    for (int i = 0; i < count; ++i)
      write_picture(place_ / fmt::format("large/{}/{:03}.png", i % 2, i), plain_image(512, 512, 3, static_cast<uint8_t>(i)));
  }
  std::vector<std::string> in_cache(bool temporary) const {
    std::vector<std::string> names;
    if (!folder_exists(place_ / "cache")) return names;
    for (const FolderEntry& entry : list_folder(place_ / "cache"))
      if (is_temporary_name(entry.name) == temporary) names.push_back(entry.name);
    return names;
  }

  Workplace place_;
};

TEST_F(CachedPictureFiles, TrainToTheSameBits) {
  write_shapes();
  const auto train = [&](const std::string& name, const std::string& cache, const std::string& epochs) {
    const Ended ended = place_.run({"train", "tiny.json", "--data", "shapes", "--epochs", epochs, "--name", name, "--cache", cache,
                                    "--augment", "horizontal_flip=true,mixup=0.2"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    return ended.err;
  };
  EXPECT_THAT(train("memory", "memory", "3"), Not(HasSubstr("cache")));
  EXPECT_THAT(train("written", "disk", "3"), HasSubstr("48 train pictures were decoded into the cache: "));
  EXPECT_THAT(train("found", "disk", "2"), HasSubstr("48 train pictures are in the cache: "));
  const Ended resumed = place_.run({"train", "--resume", "runs/train/found", "--epochs", "3"});
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_THAT(resumed.err, HasSubstr("are in the cache: "));
  EXPECT_THAT(resumed.err, Not(HasSubstr("began with another")));
  for (const char* run : {"written", "found"})
    for (const char* file : {"model.safetensors", "history.csv"})
      EXPECT_EQ(read_file(place_ / fmt::format("runs/train/{}/{}", run, file)),
                read_file(place_ / fmt::format("runs/train/memory/{}", file)));
  EXPECT_EQ(place_.run({"eval", "runs/train/found", "--data", "shapes", "--split", "validation", "--cache", "memory", "--json"}).out,
            place_.run({"eval", "runs/train/found", "--data", "shapes", "--split", "validation", "--cache", "disk", "--json"}).out);
  EXPECT_EQ(place_.run({"data", "shapes", "--cache", "auto", "--json"}).json(),
            place_.run({"data", "shapes", "--cache", "disk", "--json"}).json());
  const Ended refused = place_.run({"data", "shapes", "--cache", "disc"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--cache"));
}

// What the pictures take besides the cache is bounded by the system: a limit on memory that is no file's.
TEST_F(CachedPictureFiles, TrainWhereTheyAreMoreThanTheMemory) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer needs more than such limits";
  constexpr int kCount = 320;  // 252 MB
  const HowToRun small = {.data_limit = 160'000'000};
  write_large(kCount);
  write_file_atomically(place_ / "net.json", R"({"name": "net", "input_shape": [512, 512, 3], "layers": [
    {"AveragePooling2D": {"pool_size": 16}}, {"Conv2D": {"filters": 4, "kernel_size": 3, "activation": "relu"}},
    {"GlobalAveragePooling2D": {}}, {"Dense": {"units": 2, "activation": "softmax"}}]})");
  const std::vector<std::string> words = {"train", "net.json", "--data",  "large",     "--epochs", "2",
                                          "--batch-size", "4", "--threads", "2", "--cache"};
  const auto with = [&](const std::string& cache) {
    auto all = words;
    all.push_back(cache);
    return place_.run(all, small);
  };
  const Ended in_memory = with("memory");
  EXPECT_EQ(in_memory.code, 1);
  EXPECT_THAT(in_memory.err, HasSubstr("320 pictures of 512x512 do not fit into memory (got 0.3 GB, expected at most 0.2); "
                                       "--cache disk may do; a smaller --image-size may do"));
  const Ended first = with("auto"), second = with("auto");
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_THAT(first.err, HasSubstr("320 train pictures were decoded into the cache"));
  EXPECT_EQ(second.code, 0) << second.err;
  EXPECT_THAT(second.err, HasSubstr("320 train pictures are in the cache"));
  const Ended described = place_.run({"data", "large", "--threads", "2"}, small);
  EXPECT_EQ(described.code, 0) << described.err;
}

TEST_F(CachedPictureFiles, AreHeldInMemoryWhereTheDiskIsFull) {
  write_shapes();
  const Ended ended = place_.run({"data", "shapes", "--cache", "disk", "--json"}, {.file_limit = 4000});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr(".pictures: cannot write: File too large; the pictures are held in memory\n"));
  EXPECT_EQ(ended.json()["splits"]["train"]["class_counts"].size(), 3u);
  EXPECT_THAT(in_cache(false), IsEmpty());
  EXPECT_THAT(in_cache(true), IsEmpty());
}

TEST_F(CachedPictureFiles, AreWholeOrAbsentWhereverTheWriterIsKilled) {
  write_large(60);
  const std::vector<std::string> words = {"data", "large", "--cache", "disk", "--json"};
  int kills = 0;
  for (int moment = 0; moment < 6; ++moment) {
    Started writer(place_.path(), words);
    for (int waited = 0; in_cache(true).empty() && in_cache(false).empty() && waited < 3000; ++waited) ::usleep(1000);
    ::usleep(static_cast<useconds_t>(7000 * moment));
    writer.signal(SIGKILL);
    kills += writer.wait().code == 1000 + SIGKILL ? 1 : 0;
  }
  EXPECT_GE(kills, 1);
  const Ended ended = place_.run(words);
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.json(), place_.run({"data", "large", "--cache", "memory", "--json"}).json());
  EXPECT_THAT(in_cache(true), IsEmpty());
  EXPECT_THAT(place_.run(words).err, HasSubstr("are in the cache"));
}

TEST_F(CachedPictureFiles, AreToldAndClearedByDoctor) {
  write_shapes();
  const HowToRun how = {.environment = {"KERAS_HOME=" + place_.path(), "FOVEA_CACHE_SIZE=1G"}};
  const auto told = [&] { return place_.run({"doctor", "--json"}, how).json()["cache"]; };
  EXPECT_EQ(told()["folder"], place_ / "cache");
  EXPECT_EQ(told()["files"], 0);
  ASSERT_EQ(place_.run({"data", "shapes", "--cache", "disk"}, how).code, 0);
  EXPECT_EQ(told()["files"], 2) << "pictures and their shape";
  EXPECT_GT(told()["bytes"], 48 * 100);
  EXPECT_EQ(told()["limit"], 1 << 30);
  EXPECT_THAT(place_.run({"doctor"}, how).out, HasSubstr("/cache (0.0 MiB in 2 files, at most 1024.0 MiB)\n"));
  const Ended cleared = place_.run({"doctor", "--clear-cache"}, how);
  EXPECT_EQ(cleared.code, 0);
  EXPECT_THAT(cleared.out, HasSubstr("cleared 0.0 MiB of "));
  EXPECT_THAT(in_cache(false), IsEmpty());
  const Ended wrong = place_.run({"data", "shapes"}, {.environment = {"FOVEA_CACHE_SIZE=much"}});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("FOVEA_CACHE_SIZE: is no size (got \"much\""));
}

}  // namespace
}  // namespace fovea
