// docs/from-keras.md shows what there is: its C++ is in the example, and its commands run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
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
    write_idx(folder, "train", 100);
    write_idx(folder, "t10k", 10);
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

// A command's words, without the comment behind it.
std::vector<std::string> words_of(const std::string& line) {
  std::istringstream words(line.substr(0, line.find(" #")));
  return {std::istream_iterator<std::string>(words), {}};
}

// In the order of the page, as they stand there. ImageNet's weights are nobody's to have here: the program says which file is
// wanted, and the same command runs with random ones, for an epoch.
TEST(FromKeras, ShowsCommandsThatRun) {
  const Place place;
  int commands = 0;
  for (const std::string& quote : quotes_in(page(), "sh")) {
    std::istringstream lines(quote);
    for (std::string line; std::getline(lines, line);) {
      std::vector<std::string> words = words_of(line);
      ASSERT_GE(words.size(), 2u) << line;
      ASSERT_EQ(words.front(), "fovea") << line;
      words.erase(words.begin());
      ++commands;
      if (const auto imagenet = std::find(words.begin(), words.end(), "imagenet"); imagenet != words.end()) {
        const Ended absent = place.command(words);
        EXPECT_EQ(absent.code, 3) << line;
        EXPECT_THAT(absent.err, testing::AllOf(testing::HasSubstr("/models/" + words[1] + "_weights"), testing::HasSubstr("https://"))) << line;
        *imagenet = "random";
        const auto epochs = std::find(words.begin(), words.end(), "--epochs");
        ASSERT_LT(epochs + 1, words.end()) << line;
        epochs[1] = "1";
      }
      const Ended ended = place.command(words);
      EXPECT_EQ(ended.code, 0) << line << "\n" << ended.err;
    }
  }
  EXPECT_GE(commands, 25);
}

// The blocks of code with their fences, in order.
std::vector<std::string> code_in(const std::string& page) {
  std::vector<std::string> code;
  std::istringstream lines(page);
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    const bool fence = line.starts_with("```");
    if (fence || inside) code.push_back(line);
    if (fence) inside = !inside;
  }
  return code;
}

TEST(FromKeras, ShowsTheSameCodeInKorean) {
  const std::vector<std::string> code = code_in(page());
  EXPECT_GE(code.size(), 200u);
  EXPECT_EQ(code_in(read_file(source_tree("docs/ko/from-keras.md"))), code);
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
