#include "fovea/formats/hdf5.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "fovea/formats/hdf5_writer.h"
#include "tests/formats/golden_files.h"
#include "tests/harness/damage.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;

TEST(Hdf5, ReadsWhatH5pyWrites) {
  const Hdf5File file(golden_file("types.h5"));
  for (const char* name : {"float16", "bfloat16", "float32", "float64", "big_endian_f4"}) {
    const Array array = file.read(std::string("types/") + name);
    EXPECT_EQ(array.shape(), Shape({2, 3})) << name;
    EXPECT_THAT(array.values<float>(), ElementsAre(0, .25f, .5f, .75f, 1, 1.25f)) << name;
  }
  for (const char* name : {"int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "big_endian_i8"})
    EXPECT_THAT(file.read(std::string("/types/") + name).values<int64_t>(), ElementsAre(0, 1, 2, 3, 4, 5)) << name;
  EXPECT_EQ(file.read("scalar").shape(), Shape());
  EXPECT_THAT(file.read("scalar").values<int64_t>(), ElementsAre(7));
  EXPECT_EQ(file.read("empty").shape(), Shape({0, 3}));
}

TEST(Hdf5, WidensHalfPrecisionExactly) {
  const Array special = Hdf5File(golden_file("types.h5")).read("special");
  const auto values = special.values<float>();
  EXPECT_EQ(values[0], INFINITY);
  EXPECT_EQ(values[1], -INFINITY);
  EXPECT_TRUE(std::isnan(values[2]));
  EXPECT_TRUE(values[3] == 0 && std::signbit(values[3]));
  EXPECT_EQ(values[4], 0x1p-24f);  // 6e-8, rounded to the smallest there is
  EXPECT_EQ(values[5], 65504);
}

TEST(Hdf5, UnpacksChunks) {
  const Hdf5File file(golden_file("packed.h5"));
  for (const char* name : {"chunked", "gzip"}) {
    const Array array = file.read(name);
    ASSERT_EQ(array.shape(), Shape({13, 7}));
    for (int i = 0; i < 91; ++i) EXPECT_EQ(array.values<float>()[static_cast<size_t>(i)], static_cast<float>(i) / 4);
  }
  const Array all = file.read("all");
  for (int i = 0; i < 91; ++i) EXPECT_EQ(all.values<int64_t>()[static_cast<size_t>(i)], i);
  EXPECT_THAT(file.read("grown").values<float>(), ElementsAre(0, .25f, .5f, .75f, 1, 1.25f));
}

TEST(Hdf5, ListsTensorsWithoutReadingThem) {
  const Hdf5File file(golden_file("packed.h5"));
  std::vector<std::string> paths;
  for (const Hdf5Entry& entry : file.tensors()) paths.push_back(entry.path);
  EXPECT_THAT(paths, ElementsAre("/all", "/chunked", "/grown", "/gzip", "/lzf", "/never_written"));
  EXPECT_EQ(file.entry("chunked").type, "float64");
  EXPECT_EQ(file.entry("chunked").dtype, DType::f32);
  EXPECT_EQ(file.entry("all").dtype, DType::i64);
  EXPECT_EQ(file.entry("chunked").problem, "");
  EXPECT_EQ(Hdf5File(golden_file("types.h5")).entry("types/bfloat16").type, "bfloat16");
}

TEST(Hdf5, ReadsTextsOfEveryKind) {
  const Hdf5File file(golden_file("attributes.h5"));
  EXPECT_THAT(file.text("", "utf8"), Optional(std::string("Größe")));
  EXPECT_THAT(file.text("/", "ascii"), Optional(std::string("tensorflow")));
  EXPECT_THAT(file.text("", "fixed"), Optional(std::string("2.4.0")));
  EXPECT_THAT(file.text("", "one"), Optional(std::string("alone")));
  EXPECT_THAT(file.text("group", "name"), Optional(std::string("inner")));
  EXPECT_THAT(file.text("/group/x", "trainable"), Optional(std::string("yes")));
  EXPECT_EQ(file.text("", "nothing"), std::nullopt);
  EXPECT_THAT(file.texts("", "list"), Optional(ElementsAre("conv2d", "dense")));
  EXPECT_THAT(file.texts("", "utf8_list"), Optional(ElementsAre("größer", "dense")));
  EXPECT_THAT(file.texts("", "fixed_list"), Optional(ElementsAre("conv2d", "max_pooling2d", "")));
  EXPECT_THAT(file.texts("", "pieces"), Optional(ElementsAre("a", "b", "c")));
  EXPECT_THAT(file.texts("", "none"), Optional(IsEmpty()));
  EXPECT_THAT(file.texts("", "null"), Optional(IsEmpty()));
  EXPECT_EQ(file.texts("", "nothing"), std::nullopt);
  EXPECT_THAT(file.number("", "number"), Optional(2.5));
  EXPECT_THAT(file.number("", "count"), Optional(3.));
  EXPECT_EQ(file.number("", "nothing"), std::nullopt);
}

TEST(Hdf5, WalksGroups) {
  const Hdf5File file(golden_file("attributes.h5"));
  EXPECT_THAT(file.children(""), ElementsAre("group"));
  EXPECT_THAT(file.children("/group/"), ElementsAre("x"));
  EXPECT_TRUE(file.has("/") && file.has("group") && file.has("group/x"));
  EXPECT_TRUE(file.has_tensor("group/x") && !file.has_tensor("group") && !file.has_tensor("x"));
}

// Of the newest layout, with many links and attributes; behind a block of the user's.
TEST(Hdf5, ReadsOtherLayouts) {
  const Hdf5File latest(golden_file("latest.h5"));
  EXPECT_EQ(latest.children("group").size(), 12u);
  EXPECT_THAT(latest.text("", "attribute_9"), Optional(std::string("value 9")));
  EXPECT_THAT(latest.read("group/11").values<float>(), ElementsAre(0, .25f, .5f, .75f, 1, 1.25f));
  const Hdf5File user_block(golden_file("user_block.h5"));
  EXPECT_THAT(user_block.read("x").values<float>(), ElementsAre(0, .25f, .5f, .75f, 1, 1.25f));
}

TEST(Hdf5, ReadsAFileInMemory) {
  const std::string bytes = read_file(golden_file("types.h5"));
  const Hdf5File file(as_bytes(bytes), "model.keras: model.weights.h5");
  EXPECT_THAT(file.read("types/float32").values<float>(), ElementsAre(0, .25f, .5f, .75f, 1, 1.25f));
  EXPECT_EQ(refusal([&] { file.read("types/float"); }),
            "model.keras: model.weights.h5: has no \"/types/float\"; did you mean \"/types/float16\", "
            "\"/types/float32\" or \"/types/float64\"?");
}

TEST(Hdf5, RefusesWhatItDoesNotKnow) {
  const auto reading = [](const char* file, const char* tensor) {
    return refusal([&] { Hdf5File(golden_file(std::string(file) + ".h5")).read(tensor); });
  };
  const std::string types = golden_file("types.h5") + ": ";
  EXPECT_EQ(reading("types", "refused/text"),
            types + "\"/refused/text\" is of a type that is not supported (got texts, expected floats or integers)");
  EXPECT_EQ(reading("types", "refused/bool"),
            types + "\"/refused/bool\" is of a type that is not supported (got an enumeration, expected floats or "
                    "integers)");
  EXPECT_THAT(reading("types", "refused/complex"), HasSubstr("(got records, expected"));
  EXPECT_EQ(reading("types", "types"), types + "\"/types\" is a group, expected a tensor");
  EXPECT_THAT(reading("packed", "lzf"),
              HasSubstr("\"/lzf\" is packed by a filter that is not supported (got HDF5's filter 32000"));
  EXPECT_THAT(reading("packed", "never_written"), HasSubstr("has fewer bytes in the file than its shape (5,) needs"));
  EXPECT_THAT(reading("elsewhere", "external"), HasSubstr("\"/external\" has its numbers in another file"));
  EXPECT_THAT(reading("elsewhere", "virtual"), HasSubstr("\"/virtual\" is put together from other tensors"));
  EXPECT_THAT(reading("soft_link", "x"), HasSubstr("\"/link\" is a link to another place"));
  EXPECT_THAT(reading("external_link", "x"), HasSubstr("\"/link\" is a link to another place"));
  EXPECT_THAT(reading("cycle", "x"), HasSubstr("\"/a/b/c\" is a group that is linked to twice, or contains itself"));
  const Hdf5File attributes(golden_file("attributes.h5"));
  EXPECT_THAT(refusal([&] { attributes.text("", "list"); }), HasSubstr("the attribute \"list\" of \"/\" is not a text"));
  EXPECT_THAT(refusal([&] { attributes.texts("", "number"); }), HasSubstr("is not a list of texts"));
  EXPECT_THAT(refusal([&] { attributes.number("group", "name"); }), HasSubstr("of \"/group\" is not a number"));
}

TEST(Hdf5, RefusesOtherFiles) {
  EXPECT_EQ(refusal([] { Hdf5File(golden_file("float32.npy")); }), golden_file("float32.npy") + ": is not an HDF5 file");
  EXPECT_EQ(refusal([] { Hdf5File(Bytes(), "f"); }), "f: is not an HDF5 file");
  EXPECT_THAT(refusal([] { Hdf5File("/no/such.h5"); }), HasSubstr("No such file"));
}

TEST(Hdf5, KeepsItsLimits) {
  const auto with = [](const Hdf5Limits& limits) {
    return refusal([&] { Hdf5File(golden_file("types.h5"), limits).read("types/float32"); });
  };
  EXPECT_THAT(with({.objects = 10}), HasSubstr("the file holds too many objects (expected at most 10)"));
  EXPECT_THAT(with({.depth = 0}), HasSubstr("is too deep: groups within groups (expected at most 0)"));
  EXPECT_THAT(with({.listing_bytes = 100}), HasSubstr("damaged at"));
  EXPECT_THAT(with({.tensor_bytes = 23}), HasSubstr("\"/types/float32\" is too large (got 24 bytes, expected at most 23)"));
  EXPECT_EQ(with({.depth = 1, .tensor_bytes = 24}), "(nothing was refused)");
}

// Beginnings are refused; where one byte is changed, all is read that can be. (Texts are left to the fuzzer: over many a
// change of theirs libhdf5 is at work until its time is up.)
TEST(Hdf5, SurvivesDamage) {
  Hdf5Writer writer("f");
  const float x[] = {1, 2, 3, 4};
  writer.tensor({"x", DType::f32, {2, 2}, x});
  writer.number("", "count", int64_t{4});
  const Bytes file = writer.finish();
  const auto parse = [](Bytes bytes) {
    const Hdf5File damaged(bytes, "f", {.tensor_bytes = 1 << 20});
    for (const Hdf5Entry& entry : damaged.tensors())
      if (entry.problem.empty()) damaged.read(entry.path);
  };
  std::string text(as_text(file));
  EXPECT_NO_THROW(parse(file));
  for (size_t size = 0; size < text.size(); size += 7) {
    const auto cut = exact_copy(std::string_view(text).substr(0, size));
    EXPECT_NE(refusal([&] { parse(cut); }), "(nothing was refused)") << size;
  }
  for (size_t at = 0; at < text.size(); at += 3) {
    auto changed = exact_copy(text);
    changed[at] = static_cast<uint8_t>(changed[at] ^ (1 << at % 8));
    try {
      parse(changed);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::file) << error.what();
    }
  }
}

TEST(Hdf5, ServesThreadsSideBySide) {
  const Hdf5File file(golden_file("packed.h5"));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 10; ++k) {
        EXPECT_EQ(file.read("gzip").values<float>()[90], 22.5f);
        Hdf5Writer writer("f");
        writer.group("a/b");
        EXPECT_TRUE(Hdf5File(writer.finish(), "f").has("a/b"));
      }
    });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace fovea
