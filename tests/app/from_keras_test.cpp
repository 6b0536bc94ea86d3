// docs/from-keras.md shows what there is: its C++ is in the example, and its commands run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <sstream>

#include "fovea/base/file.h"
#include "fovea/formats/npy.h"
#include "fovea/formats/png.h"
#include "tests/harness/program.h"
#include "tests/harness/quotes.h"
#include "tests/harness/source_tree.h"

namespace fovea {
namespace {

std::string page() { return read_file(source_tree("docs/from-keras.md")); }

TEST(FromKeras, ShowsTheExample) {
  const std::string example = unindented(read_file(source_tree("examples/from_keras.cpp")));
  const auto quotes = quotes_in(page(), "cpp");
  EXPECT_GE(quotes.size(), 8u);
  for (const std::string& quote : quotes)
    EXPECT_NE(example.find(unindented(quote)), std::string::npos) << "the example has no\n" << quote;
}

// What the page's commands work on: Fashion-MNIST's files with a few pictures, where Keras keeps them; files of pictures and models.
class Place : public Workplace {
 public:
  Place() {
    const std::string folder = *this / "keras/datasets/fashion-mnist";
    create_folders(folder);
    write_idx(folder, "train", 120);
    write_idx(folder, "t10k", 20);
    write_file_atomically(*this / "small.json", quotes_in(page(), "json").front());
    write_file_atomically(*this / "space.json", kSpace);
    Array pictures(DType::u8, {2, 28, 28, 1});
    save_npy(*this / "x_test.npy", pictures);
    Image image(28, 28, 1);
    save_png(*this / "shirt.png", image);
    save_png(*this / "photo.jpg", image);
    std::string labels;
    for (int c = 0; c < 10; ++c) {
      labels += std::to_string(c) + " class" + std::to_string(c) + "\n";
      create_folders(*this / ("photos/class" + std::to_string(c)));
      for (int k = 0; k < 3; ++k) save_png(*this / ("photos/class" + std::to_string(c) + "/" + std::to_string(k) + ".png"), image);
    }
    write_file_atomically(*this / "labels.txt", labels);
    for (const char* file : {"small.keras", "small.h5", "keras_model.h5"}) EXPECT_EQ(command({"convert", "small.json", file}).code, 0);
  }
  Ended command(const std::vector<std::string>& words) const { return run(words, {.environment = {"KERAS_HOME=" + (*this / "keras")}}); }

 private:
  static constexpr const char* kSpace = R"({"model": "small.json", "parameters": {"learning_rate": {"type": "float", "min": 1e-4, "max": 1e-2, "sampling": "log"}}})";

  static std::string big_endian(uint32_t number) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift);
    return bytes;
  }
  // Pictures whose brightness tells the class.
  static void write_idx(const std::string& folder, const std::string& part, uint32_t count) {
    std::string images = big_endian(0x803) + big_endian(count) + big_endian(28) + big_endian(28), labels = big_endian(0x801) + big_endian(count);
    for (uint32_t i = 0; i < count; ++i) {
      labels += static_cast<char>(i % 10);
      for (uint32_t k = 0; k < 28 * 28; ++k) images += static_cast<char>((i % 10) * 20 + (k * 7 + i) % 20);
    }
    write_file_atomically(folder + "/" + part + "-images-idx3-ubyte", images);
    write_file_atomically(folder + "/" + part + "-labels-idx1-ubyte", labels);
  }
};

// In the order of the page, as they stand there.
TEST(FromKeras, ShowsCommandsThatRun) {
  const Place place;
  int commands = 0;
  for (const std::string& quote : quotes_in(page(), "sh")) {
    std::istringstream lines(quote);
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line.substr(0, line.find(" #")));
      std::string program;
      words >> program;
      ASSERT_EQ(program, "fovea") << line;
      const Ended ended = place.command({std::istream_iterator<std::string>(words), {}});
      ++commands;
      // Weights that nobody has here: which file they are, and where it belongs.
      const bool absent = line.find("imagenet") != std::string::npos;
      EXPECT_EQ(ended.code, absent ? 3 : 0) << line << "\n" << ended.err;
      if (absent) {
        EXPECT_THAT(ended.err, testing::AllOf(testing::HasSubstr("vgg16_weights"), testing::HasSubstr("keras/models"))) << line;
      }
    }
  }
  EXPECT_GE(commands, 20);
}

TEST(FromKeras, ShowsTheSameCodeInKorean) {
  const std::string korean = read_file(source_tree("docs/ko/from-keras.md"));
  for (const char* language : {"python", "sh", "cpp", "json"}) EXPECT_EQ(quotes_in(korean, language), quotes_in(page(), language)) << language;
}

TEST(FromKeras, ShowsAnArchitectureThatIsOne) {
  const Workplace place;
  const auto quotes = quotes_in(page(), "json");
  ASSERT_EQ(quotes.size(), 1u);
  write_file_atomically(place / "small.json", quotes.front());
  // The net of the example: 9 * 8 + 8, and 8 * 8 * 8 * 10 + 10.
  EXPECT_EQ(place.run({"summary", "small.json", "--json"}).json()["parameters"], 5'210);
}

}  // namespace
}  // namespace fovea
