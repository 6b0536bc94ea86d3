// Files that are not what they say: one line that names the file, exit code 3, nothing written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "fovea/base/file.h"
#include "fovea/formats/npy.h"
#include "fovea/formats/npz.h"
#include "fovea/formats/safetensors.h"
#include "tests/harness/program.h"

namespace fovea {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string big_endian(uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xff);
  return bytes;
}

std::string idx(const std::vector<uint32_t>& shape, const std::string& numbers) {
  std::string file = {0, 0, 8, static_cast<char>(shape.size())};
  for (const uint32_t size : shape) file += big_endian(size);
  return file + numbers;
}

// A folder of MNIST's four files, the training pictures of them as given.
void write_mnist(const std::string& folder, const std::string& pictures, const std::string& extension = "") {
  create_folders(folder);
  const std::string twenty(20 * 144, '\7');
  std::string labels;
  for (int i = 0; i < 20; ++i) labels += static_cast<char>(i % 10);
  write_file_atomically(folder + "/train-images-idx3-ubyte" + extension, pictures);
  write_file_atomically(folder + "/train-labels-idx1-ubyte", idx({20}, labels));
  write_file_atomically(folder + "/t10k-images-idx3-ubyte", idx({20, 12, 12}, twenty));
  write_file_atomically(folder + "/t10k-labels-idx1-ubyte", idx({20}, labels));
}

// The one line that a command ends with, after "fovea: error: "; it exits with `code` and leaves no run.
std::string refusal(const Workplace& place, const std::vector<std::string>& words, int code = 3) {
  const Ended ended = place.run(words);
  EXPECT_EQ(ended.code, code) << testing::PrintToString(words) << ended.err;
  EXPECT_EQ(ended.out, "");
  EXPECT_FALSE(folder_exists(place / "runs"));
  const std::string begin = "fovea: error: ";
  const size_t at = ended.err.find(begin);
  if (at == std::string::npos) return "no error: " + ended.err;
  EXPECT_EQ(ended.err.find('\n', at), ended.err.size() - 1) << ended.err;
  return ended.err.substr(at + begin.size());
}

TEST(BadData, OfMnistIsNamed) {
  const Workplace place;
  const std::string good = idx({20, 12, 12}, std::string(20 * 144, '\7'));
  const std::vector<std::pair<std::string, const char*>> all = {
      {"", "ends early"},
      {good.substr(0, 7), "ends early"},
      {good.substr(0, 1000), "too short for the shape its header says (got (20, 12, 12))"},
      {"abcd" + good.substr(4), "is not an IDX file"},
      {good + "x", "longer than its header says"},
      {idx({0xffffffff, 0xffffffff, 0xffffffff}, "abc"), "too short for the shape its header says"},
      {idx({20, 0, 0}, ""), "holds no pictures"},
  };
  for (const auto& [pictures, says] : all) {
    write_mnist(place / "mnist", pictures);
    const std::string line = refusal(place, {"train", "tiny.json", "--data", "mnist:mnist"});
    EXPECT_THAT(line, StartsWith("mnist/train-images-idx3-ubyte: "));
    EXPECT_THAT(line, HasSubstr(says));
  }
}

TEST(BadData, PackedIsNamed) {
  const Workplace place;
  write_mnist(place / "mnist", "\x1f\x8b\x08no more of it", ".gz");
  EXPECT_THAT(refusal(place, {"train", "tiny.json", "--data", "mnist:mnist"}),
              StartsWith("mnist/train-images-idx3-ubyte.gz: "));
}

TEST(BadData, ThatIsNotFiniteIsNamedByItsPlace) {
  const Workplace place;
  const Npz shapes(place / "shapes.npz");
  const Array y = shapes.read("y_train"), y_test = shapes.read("y_test");
  Array x(DType::f32, {48, 10, 10, 1}), x_test(DType::f32, {18, 10, 10, 1});
  std::fill_n(x.values<float>().data(), x.elements(), 0.5f);
  std::fill_n(x_test.values<float>().data(), x_test.elements(), 0.5f);
  x.values<float>()[3 * 100 + 4 * 10 + 5] = NAN;
  save_npz(place / "nan.npz",
           std::vector<NamedTensor>{NamedTensor::of("x_train", x), NamedTensor::of("y_train", y),
                                    NamedTensor::of("x_test", x_test), NamedTensor::of("y_test", y_test)});
  EXPECT_EQ(refusal(place, {"train", "tiny.json", "--data", "nan.npz"}),
            "nan.npz: x_train: picture 3 holds a number that is not finite (got nan at row 4, column 5, channel 0)\n");
}

TEST(BadData, OfAModelIsNamed) {
  const Workplace place;
  const std::string length(7, '\0');
  for (const std::string& content : {std::string(), std::string("\2\0\0\0\0\0\0\0[]", 10), "\x7f" + length + "{",
                                     std::string(8, '\xff') + "{}", "\4" + length + "{\"a\""}) {
    write_file_atomically(place / "m.safetensors", content);
    EXPECT_THAT(refusal(place, {"eval", "m.safetensors", "--data", "shapes.npz"}), StartsWith("m.safetensors: "));
  }
}

TEST(BadData, OfAnArchitectureIsNamed) {
  const Workplace place;
  const std::string head = R"({"input_shape": [10, 10, 1], "layers": [)";
  const std::vector<std::pair<std::string, const char*>> all = {
      {"", "not valid JSON"},
      {"[]", "not an architecture"},
      {std::string(100'000, '['), "nests too deeply"},
      {head + "]}", "the model has no layers"},
      {head + R"({"Conv2d": {}}]})", "did you mean \"Conv2D\"?"},
      {head + R"({"Conv2D": {"filter": 3}}]})", "did you mean \"filters\"?"},
      {head + R"({"Conv2D": {"filters": -3, "kernel_size": 3}}]})", "filters must be at least 1 (got -3)"},
      {head + R"({"Conv2D": {"filters": 1000000000000, "kernel_size": 3}}]})", "too large"},
      {head + R"({"Conv2D": {"filters": 3, "kernel_size": 11}}]})", "kernel_size 11x11 is larger than the picture"},
      {head + R"({"Flatten": {}}, {"Dense": {"units": 1000000000}}]})", "too large"},
      {head + R"({"Dense": {"units": "three"}}]})", "cannot be (got \"three\", expected a whole number)"},
      {R"({"input_shape": [-1, 10, 1], "layers": [{"Flatten": {}}]})", "input_shape: cannot be (got [null,-1,10,1]"},
  };
  for (const auto& [content, says] : all) {
    write_file_atomically(place / "net.json", content);
    const std::string line = refusal(place, {"train", "net.json", "--data", "shapes.npz"});
    EXPECT_THAT(line, StartsWith("net.json: "));
    EXPECT_THAT(line, HasSubstr(says));
  }
}

TEST(BadData, OfAPictureIsNamed) {
  const Workplace place;
  ASSERT_EQ(place.train("a", {"--epochs", "1", "--runs", "kept", "--save", "m.safetensors"}).code, 0);
  const std::string npy = "\x93NUMPY";
  const std::vector<std::pair<const char*, std::string>> all = {
      {"a.png", ""},
      {"b.png", "\x89PNG\r\n\x1a\n"},
      {"c.jpg", "\xff\xd8\xff"},
      {"d.npy", "nonsense"},
      {"e.npy", npy + std::string("\1\0\xff\xff{", 5)},
      {"f.npy", npy + std::string("\1\0", 2) + std::string("\x4b\0", 2) +
                    "{'descr': '|u1', 'fortran_order': False, 'shape': (90000000000, 10, 10), }      \n"},
      {"g.npz", "PK\3\4"},
  };
  for (const auto& [name, content] : all) {
    write_file_atomically(place / name, content);
    EXPECT_THAT(refusal(place, {"predict", "m.safetensors", name}), StartsWith(std::string(name) + ": "));
  }
}

}  // namespace
}  // namespace fovea
