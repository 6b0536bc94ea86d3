// Picture files whose pixels are kept in the cache.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <thread>

#include "fovea/base/memory.h"
#include "fovea/data/cache_folder.h"
#include "fovea/data/duplicates.h"
#include "fovea/data/dataset.h"
#include "tests/data/make_pictures.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const auto kDecoded = HasSubstr("were decoded into the cache"), kFound = HasSubstr("are in the cache");

class PicturesInTheCache : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_ / name; }
  void add(const std::string& name, int64_t height = 4, int64_t width = 5, int64_t channels = 3, uint8_t value = 7) {
    write_picture(path("set/" + name), plain_image(height, width, channels, value));
  }
  void add_file(const std::string& name, const std::string& content) {
    create_folders(path("set/" + name).substr(0, path("set/" + name).rfind('/')));
    write_file_atomically(path("set/" + name), content);
  }
  // Two classes of pictures of two sizes, and some that are broken.
  void add_usual() {
    for (int i = 0; i < 12; ++i)
      add((i % 2 ? "train/a/" : "train/b/") + std::to_string(i) + ".png", 6 + i % 2, 5, 3, static_cast<uint8_t>(9 * i));
    add("test/a/1.png", 6, 5, 1, 40);
    add("test/b/1.png", 6, 5, 3, 18);  // train has it too
    add_file("train/a/0.png", "nothing");
    add_file("test/b/2.png", read_file(path("set/test/b/1.png")).substr(0, 50));
  }
  Dataset open(PictureOptions options, DataOptions data = {.validation_split = 0}) const {
    options.cache_folder = path("cache");
    data.pictures = options;
    return open_dataset(path("set"), data);
  }
  Dataset on_disk(PictureOptions options = {}, const DataOptions& data = {.validation_split = 0}) const {
    options.cache = PictureCache::disk;
    return open(options, data);
  }
  std::vector<std::string> cached(const std::string& extension = ".pictures") const {
    std::vector<std::string> names;
    for (const CacheFolder::File& file : CacheFolder(path("cache")).files())
      if (file.name.ends_with(extension)) names.push_back(path("cache/" + file.name));
    return names;
  }
  std::vector<std::string> temporaries() const {
    std::vector<std::string> names;
    for (const FolderEntry& entry : list_folder(path("cache")))
      if (is_temporary_name(entry.name)) names.push_back(entry.name);
    return names;
  }

  static void expect_same(const Dataset& a, const Dataset& b) {
    EXPECT_EQ(a.hash, b.hash);
    EXPECT_EQ(a.class_names, b.class_names);
    EXPECT_EQ(a.picture_shape(), b.picture_shape());
    for (const SplitKind kind : kSplitKinds) {
      const Split &x = a.split(kind), &y = b.split(kind);
      ASSERT_EQ(x.size(), y.size());
      for (int64_t i = 0; i < x.size(); ++i) {
        EXPECT_EQ(x.label(i), y.label(i));
        EXPECT_EQ(x.place(i), y.place(i));
        EXPECT_EQ(x.hash(i), y.hash(i));
        EXPECT_EQ(x.hash(i), hash_of(y.numbers(i)));
        EXPECT_EQ(as_text(x.numbers(i)), as_text(y.numbers(i)));
        EXPECT_EQ(x.origin(i)->path, y.origin(i)->path);
        EXPECT_EQ(x.origin(i)->height, y.origin(i)->height);
        EXPECT_EQ(x.origin(i)->channels, y.origin(i)->channels);
        x.expect(i);
        y.expect(i);
      }
    }
    ASSERT_EQ(a.broken.size(), b.broken.size());
    for (size_t i = 0; i < a.broken.size(); ++i) {
      EXPECT_EQ(a.broken[i].where, b.broken[i].where);
      EXPECT_EQ(a.broken[i].what, b.broken[i].what);
    }
    std::vector<std::string> leaks_a, leaks_b;
    for (const Leak& leak : find_leaks(a)) leaks_a.push_back(leak.line());
    for (const Leak& leak : find_leaks(b)) leaks_b.push_back(leak.line());
    EXPECT_EQ(leaks_a, leaks_b);
  }

  TemporaryFolder folder_;
};

TEST_F(PicturesInTheCache, AreThoseInMemory) {
  add_usual();
  for (const DataOptions& data : {DataOptions{.validation_split = 0}, DataOptions{.validation_split = 0.25},
                                  DataOptions{.load_train = false}, DataOptions{.load_test = false}})
    for (const PictureOptions& options :
         {PictureOptions{}, PictureOptions{.size = PictureSize{6, 5}}, PictureOptions{.channels = 1},
          PictureOptions{.size = PictureSize{9, 4}, .channels = 3, .resizing = {Resize::pad}, .threads = 3}}) {
      SCOPED_TRACE(fmt::format("{} {}", data.load_train, data.load_test));
      const Dataset truth = open(options, data);
      EXPECT_THAT(truth.notes, IsEmpty());
      expect_same(on_disk(options, data), truth);
      const Dataset again = on_disk(options, data);
      EXPECT_THAT(again.notes, Each(kFound));
      expect_same(again, truth);
    }
  EXPECT_THAT(temporaries(), IsEmpty());
}

TEST_F(PicturesInTheCache, AreNotDecodedAgain) {
  add("a/1.png", 4, 5, 3, 10);
  add("b/1.png", 4, 5, 3, 50);
  EXPECT_THAT(on_disk().notes, ElementsAre(AllOf(HasSubstr("2 train pictures"), kDecoded)));
  ASSERT_THAT(cached(), SizeIs(1));
  // A pixel that no decoding would give.
  std::string content = read_file(cached()[0]);
  content[4096 + 60 + 7] = 99;
  write_file_atomically(cached()[0], content);
  const Dataset data = on_disk();
  EXPECT_THAT(data.notes, ElementsAre(AllOf(HasSubstr("2 train pictures"), kFound)));
  EXPECT_EQ(data.train.bytes(1)[7], 99);
  EXPECT_EQ(data.train.bytes(0)[7], 10);
}

TEST_F(PicturesInTheCache, AllGrayAreKeptAsGray) {
  add("a/1.png", 4, 5, 1, 10);
  add("b/1.png", 4, 5, 1, 50);
  add_file("b/2.png", "nothing");
  expect_same(on_disk(), open({}));
  expect_same(on_disk(), open({}));
  EXPECT_EQ(on_disk().picture_shape(), Shape({4, 5, 1}));
  // By its header it is in colour, but it cannot be decoded: what is left is gray.
  write_picture(path("colour.png"), plain_image(40, 50, 3, 1));
  add_file("b/3.png", read_file(path("colour.png")).substr(0, 60));
  const PictureOptions sized = {.size = PictureSize{4, 5}};
  expect_same(on_disk(sized), open(sized));
  expect_same(on_disk(sized), open(sized));
  EXPECT_EQ(on_disk(sized).picture_shape(), Shape({4, 5, 1}));
}

TEST_F(PicturesInTheCache, ThatChangedAreDecodedAgain) {
  add("a/1.png", 4, 5, 3, 10);
  add("b/1.png", 4, 5, 3, 50);
  on_disk();
  const auto time = std::filesystem::last_write_time(path("set/a/1.png"));
  const std::string other = [&] {
    write_picture(path("other.png"), plain_image(4, 5, 3, 11));
    return read_file(path("other.png"));
  }();
  ASSERT_EQ(other.size(), read_file(path("set/a/1.png")).size());
  // In place, with the time it had: only the time of the change tells.
  const int file = ::open(path("set/a/1.png").c_str(), O_WRONLY);
  ASSERT_EQ(::write(file, other.data(), other.size()), static_cast<ssize_t>(other.size()));
  ::close(file);
  std::filesystem::last_write_time(path("set/a/1.png"), time);
  const Dataset data = on_disk();
  EXPECT_THAT(data.notes, ElementsAre(kDecoded));
  EXPECT_EQ(data.train.bytes(0)[9], 11);
  add("c/1.png", 4, 5, 3, 50);
  EXPECT_THAT(on_disk().notes, ElementsAre(kDecoded)) << "a file more";
  std::filesystem::rename(path("set"), path("moved"));
  DataOptions moved = {.validation_split = 0};
  moved.pictures = {.cache = PictureCache::disk, .cache_folder = path("cache")};
  EXPECT_THAT(open_dataset(path("moved"), moved).notes, ElementsAre(kFound)) << "the same files elsewhere";
}

TEST_F(PicturesInTheCache, DependOnWhatIsDoneToThem) {
  add("a/1.png", 8, 9);
  add("b/1.png", 8, 9);
  const PictureOptions options = {.size = PictureSize{4, 5}, .channels = 3};
  on_disk(options);
  const auto notes = [&](auto change) {
    PictureOptions other = options;
    change(other);
    return on_disk(other).notes;
  };
  EXPECT_THAT(notes([](auto& o) { o.size = PictureSize{5, 4}; }), ElementsAre(kDecoded));
  EXPECT_THAT(notes([](auto& o) { o.channels = 1; }), ElementsAre(kDecoded));
  EXPECT_THAT(notes([](auto& o) { o.resizing.resize = Resize::crop; }), ElementsAre(kDecoded));
  EXPECT_THAT(notes([](auto& o) { o.resizing.interpolation = PictureInterpolation::nearest; }), ElementsAre(kDecoded));
  EXPECT_THAT(notes([](auto& o) { o.scaled_decoding = true; }), ElementsAre(kDecoded));
  EXPECT_THAT(notes([](auto& o) { o.threads = 3; }), ElementsAre(kFound));
  EXPECT_THAT(on_disk(options, {.validation_split = 0.5, .validation_split_mode = CutRule::tail, .class_names = {"b", "a"}}).notes, ElementsAre(kFound));
}

TEST_F(PicturesInTheCache, InAnArchiveAreKnownByIt) {
  add("a/1.png");
  add("b/1.png");
  const auto pack = [&] {
    ASSERT_EQ(std::system(("cd '" + folder_.path() + "' && tar -cf set.tar set").c_str()), 0);
  };
  pack();
  const auto notes = [&] {
    DataOptions data = {.validation_split = 0};
    data.pictures = {.cache = PictureCache::disk, .cache_folder = path("cache")};
    return open_dataset(path("set.tar"), data).notes;
  };
  EXPECT_THAT(notes(), ElementsAre(kDecoded));
  EXPECT_THAT(notes(), ElementsAre(kFound));
  pack();
  EXPECT_THAT(notes(), ElementsAre(kDecoded));
}

TEST_F(PicturesInTheCache, AreDecodedAgainWhereTheFileIsDamaged) {
  add_usual();
  const PictureOptions options = {.size = PictureSize{6, 5}, .channels = 3};
  const DataOptions train = {.validation_split = 0, .load_test = false};
  const Dataset truth = open(options, train);
  on_disk(options, train);
  ASSERT_THAT(cached(), SizeIs(1));
  const std::string name = cached()[0], whole = read_file(name);
  std::vector<std::string> damaged = {"", "foreign", whole.substr(0, 4096), whole.substr(0, whole.size() - 1), whole + "x",
                                      std::string(whole.size(), '\0')};
  constexpr size_t kHeader = 88, kRecords = 4096 + 13 * 90 + 6;
  for (size_t i = 0; i < whole.size(); i += i + 1 == kHeader ? kRecords - i : i < kHeader ? 1 : 7) {
    damaged.push_back(whole);
    damaged.back()[i] = static_cast<char>(damaged.back()[i] ^ 0x41);
  }
  ASSERT_GT(damaged.size(), 100u);
  for (const std::string& content : damaged) {
    write_file_atomically(name, content);
    const Dataset data = on_disk(options, train);
    ASSERT_THAT(data.notes, ElementsAre(kDecoded));
    EXPECT_EQ(data.hash, truth.hash);
    ASSERT_EQ(read_file(name), whole) << "it is whole again";
  }
  std::filesystem::remove(name);
  create_folders(name);
  const Dataset data = on_disk(options, train);
  EXPECT_THAT(data.notes, ElementsAre(AllOf(HasSubstr("cannot write: Is a directory"), HasSubstr("held in memory"))));
  expect_same(data, truth);
  EXPECT_THAT(temporaries(), IsEmpty());
}

TEST_F(PicturesInTheCache, ADamagedShapeIsFoundOutAgain) {
  add_usual();
  const Dataset truth = open({});
  on_disk();
  ASSERT_THAT(cached(".shape"), SizeIs(1));
  const std::string name = cached(".shape")[0];
  for (const char* content : {"", "fovea shape 1\n", "fovea shape 1\n0 5 3\n", "fovea shape 1\n6 5 2\n", "fovea shape 2\n6 5 3\n",
                              "fovea shape 1\n99999999999999999999 5 3\n"}) {
    write_file_atomically(name, content);
    expect_same(on_disk(), truth);
  }
}

TEST_F(PicturesInTheCache, AreHeldInMemoryWhereThereIsNoCache) {
  add("a/1.png");
  write_file_atomically(path("cache"), "a file");
  const Dataset data = on_disk();
  EXPECT_THAT(data.notes, ElementsAre(AllOf(HasSubstr(path("cache") + ": cannot create the folder: there is a file of this name"),
                                            HasSubstr("; the pictures are held in memory"))));
  expect_same(data, open({}));
}

TEST_F(PicturesInTheCache, MakeRoomForOthersTheOldestFirst) {
  for (int i = 0; i < 4; ++i) add("a/" + std::to_string(i) + ".png", 32, 32);
  const auto of_size = [&](int64_t side) {
    return on_disk({.size = PictureSize{side, side}, .channels = 3, .cache_limit = 60'000});
  };
  const auto has = [&](const Dataset& data) {
    const std::string& note = data.notes.at(0);
    return file_exists(note.substr(note.find(": ") + 2));
  };
  const auto file_of = [&](const Dataset& data) { return data.notes.at(0).substr(data.notes.at(0).find(": ") + 2); };
  std::string first = file_of(of_size(30)), second = file_of(of_size(31));  // about 16 KB each
  of_size(30);                                                              // used again
  const std::string third = file_of(of_size(32)), fourth = file_of(of_size(33));
  EXPECT_TRUE(file_exists(first));
  EXPECT_FALSE(file_exists(second)) << "it was used longest ago";
  EXPECT_TRUE(file_exists(third));
  EXPECT_TRUE(file_exists(fourth));
  EXPECT_LE(CacheFolder(path("cache")).bytes(), 60'000u);
  {
    const Dataset a = of_size(30), b = of_size(32), c = of_size(33);
    EXPECT_THAT(of_size(31).notes, ElementsAre(AllOf(HasSubstr("in use, expected at most"), HasSubstr("held in memory"))));
    EXPECT_TRUE(has(a) && has(b) && has(c));
  }
  EXPECT_THAT(of_size(31).notes, ElementsAre(kDecoded)) << "nobody uses them any more";
  EXPECT_THAT(on_disk({.size = PictureSize{300, 300}, .cache_limit = 60'000}).notes,
              ElementsAre(HasSubstr("the cache may not hold so much (got 1.1 MB, expected at most 0.1 MB; FOVEA_CACHE_SIZE sets it)")));
  EXPECT_GT(CacheFolder(path("cache")).clear(), 10'000u);
  EXPECT_THAT(cached(), IsEmpty());
}

TEST_F(PicturesInTheCache, WhatKilledWritersLeftIsRemoved) {
  add("a/1.png");
  create_folders(path("cache"));
  write_file_atomically(path("cache/.fovea-1-cache-0.tmp"), "left");
  write_file_atomically(path("cache/.fovea-1-cache-1.tmp"), "under way");
  write_file_atomically(path("cache/mine.txt"), "foreign");
  const int writer = ::open(path("cache/.fovea-1-cache-1.tmp").c_str(), O_RDWR);
  ASSERT_EQ(::flock(writer, LOCK_EX | LOCK_NB), 0);
  on_disk();
  EXPECT_THAT(temporaries(), ElementsAre(".fovea-1-cache-1.tmp"));
  ::close(writer);
  on_disk({.size = PictureSize{3, 3}});
  EXPECT_THAT(temporaries(), IsEmpty());
  CacheFolder(path("cache")).clear();
  EXPECT_THAT(cached(), IsEmpty());
  EXPECT_TRUE(file_exists(path("cache/mine.txt")));
}

TEST_F(PicturesInTheCache, MayBeWrittenByManyAtOnce) {
  add_usual();
  const Dataset truth = open({});
  std::vector<std::optional<Dataset>> all(6);
  std::vector<std::thread> threads;
  for (auto& one : all) threads.emplace_back([&] { one = on_disk({.threads = 2}); });
  for (std::thread& thread : threads) thread.join();
  for (const auto& one : all) expect_same(*one, truth);
  EXPECT_THAT(cached(), SizeIs(2));
  EXPECT_THAT(temporaries(), IsEmpty());
  EXPECT_THAT(on_disk().notes, ElementsAre(kFound, kFound));
}

TEST_F(PicturesInTheCache, AFileThatCannotBeReadNowIsTriedAgain) {
  add("a/1.png");
  ASSERT_EQ(::mkfifo(path("set/a/2.png").c_str(), 0600), 0);
  EXPECT_THAT(on_disk().notes, ElementsAre(kDecoded));
  EXPECT_THAT(on_disk().broken, SizeIs(1));
  EXPECT_THAT(cached(), IsEmpty());
}

TEST_F(PicturesInTheCache, BrokenOnesAreRefusedWhereTheyAreToBe) {
  add_usual();
  on_disk();
  EXPECT_THAT(on_disk().notes, Each(kFound));
  EXPECT_THAT(refusal([&] { on_disk({.strict = true}); }), HasSubstr("set/train/a/0.png: not a picture that can be read"));
}

TEST(CacheFolder, IsWhereTheUserHasIt) {
  const auto with = [](const char* own, const char* xdg, const char* home) {
    ::setenv("FOVEA_CACHE_DIR", own, 1);
    ::setenv("XDG_CACHE_HOME", xdg, 1);
    ::setenv("HOME", home, 1);
    return CacheFolder().path();
  };
  const std::string home = std::getenv("HOME") ? std::getenv("HOME") : "/";
  EXPECT_EQ(with("/own/", "/xdg", "/home/a"), "/own");
  EXPECT_EQ(with("", "/xdg", "/home/a"), "/xdg/fovea");
  EXPECT_EQ(with("", "relative", "/home/a"), "/home/a/.cache/fovea");
  EXPECT_EQ(with("", "", ""), "");
  EXPECT_THAT(refusal([] { CacheFolder().make_room(1); }), HasSubstr("cache: there is no folder for it"));
  const auto limit = [](const char* size) {
    ::setenv("FOVEA_CACHE_SIZE", size, 1);
    return CacheFolder("/tmp").limit();
  };
  EXPECT_EQ(limit("4096"), 4096u);
  EXPECT_EQ(limit("20G"), uint64_t{20} << 30);
  EXPECT_EQ(limit("1.5MB"), uint64_t{3} << 19);
  for (const char* wrong : {"x", "0", "-1G", "1X", "G", "1GG", "nan", "1e30"})
    EXPECT_THAT(refusal([&] { limit(wrong); }, ErrorKind::usage), HasSubstr("FOVEA_CACHE_SIZE: is no size (got \"" + std::string(wrong)));
  for (const char* name : {"FOVEA_CACHE_DIR", "XDG_CACHE_HOME", "FOVEA_CACHE_SIZE"}) ::unsetenv(name);
  ::setenv("HOME", home.c_str(), 1);
}

}  // namespace
}  // namespace fovea
