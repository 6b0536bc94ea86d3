#include "fovea/zoo/pretrained.h"

#include <md5.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <optional>
#include <string>

#include "fovea/base/error.h"
#include "fovea/base/file.h"
#include "fovea/base/keras_home.h"

namespace fovea::zoo {
namespace {

const std::string kStorage = "https://storage.googleapis.com/", kServer = kStorage + "tensorflow/keras-applications/";

struct Known {
  std::string folder;  // an address
  std::string stem;
  std::string with_top, without_top;  // md5
};

const std::map<std::string, Known>& known_files() {
  const auto usual = [](const std::string& name) { return name + "_weights_tf_dim_ordering_tf_kernels"; };
  static const std::map<std::string, Known> files = {
      {"vgg16", {kServer + "vgg16/", usual("vgg16"), "64373286793e3c8b2b4e3219cbf3544b", "6d6bbae143d832006294945121d1f1fc"}},
      {"vgg19", {kServer + "vgg19/", usual("vgg19"), "cbe5617147190e668d6c5d5026f83318", "253f8cb515780f3b799900260a226db6"}},
      {"resnet50", {kServer + "resnet/", usual("resnet50"), "2cb95161c43110f7111970584f804107", "4d473c1dd8becc155b73f8504c6f6626"}},
      {"resnet101", {kServer + "resnet/", usual("resnet101"), "f1aeb4b969a6efcfb50fad2f0c20cfc5", "88cf7a10940856eca736dc7b7e228a21"}},
      {"resnet152", {kServer + "resnet/", usual("resnet152"), "100835be76be38e30d865e96f2aaae62", "ee4c566cf9a93f14d82f913c2dc6dd0c"}},
      {"resnet50v2", {kServer + "resnet/", usual("resnet50v2"), "3ef43a0b657b3be2300d5770ece849e0", "fac2f116257151a9d068a22e544a4917"}},
      {"densenet121", {kServer + "densenet/", usual("densenet121"), "9d60b8095a5708f2dcce2bca79d332c7", "30ee3e1110167f948a6b9946edeeb738"}},
      {"efficientnetb0", {kStorage + "keras-applications/", "efficientnetb0", "902e53a9f72be733fc0bcb005b3ebbac", "50bc09e76180e00e4465e1a485ddc09d"}}};
  return files;
}

// MobileNets have a file for each width and for some sizes of pictures; other sizes take that of 224.
int64_t pretrained_side(const Shape& shape, bool v2) {
  constexpr std::array<int64_t, 5> kSides = {224, 192, 160, 128, 96};
  const auto last = v2 ? kSides.end() : kSides.end() - 1;
  return shape[0] == shape[1] && std::find(kSides.begin(), last, shape[0]) != last ? shape[0] : kSides[0];
}

// "mobilenet_0.25", "mobilenet": the width behind a name.
std::optional<double> width_of(const std::string& architecture, const std::string& family) {
  if (architecture == family) return 1.0;
  if (!architecture.starts_with(family + "_") || !std::isdigit(static_cast<unsigned char>(architecture[family.size() + 1]))) return std::nullopt;
  return std::stod(architecture.substr(family.size() + 1));
}

std::string md5_of(const std::string& path) {
  std::array<char, MD5_DIGEST_STRING_LENGTH> digits{};
  if (MD5File(path.c_str(), digits.data()) == nullptr) throw file_error(path, "cannot be read");
  return digits.data();
}

}  // namespace

PretrainedFile pretrained_file(const std::string& architecture, const Shape& picture_shape, bool include_top) {
  if (const auto alpha = width_of(architecture, "mobilenet")) {
    // 0.25 is "2_5" there, and 1 is "1_0".
    const std::string width = *alpha == 1 ? "1_0" : fmt::format("{}_{}", static_cast<int>(*alpha * 10), *alpha == 0.5 ? 0 : 5);
    const std::string name = fmt::format("mobilenet_{}_{}_tf{}.h5", width, pretrained_side(picture_shape, false),
                                         include_top ? "" : "_no_top");
    return {name, kServer + "mobilenet/" + name, ""};
  }
  if (const auto alpha = width_of(architecture, "mobilenet_v2")) {
    const std::string width = *alpha == 1 ? "1.0" : fmt::format("{:g}", *alpha);
    const std::string name = fmt::format("mobilenet_v2_weights_tf_dim_ordering_tf_kernels_{}_{}{}.h5", width,
                                         pretrained_side(picture_shape, true), include_top ? "" : "_no_top");
    return {name, kServer + "mobilenet_v2/" + name, ""};
  }
  const auto found = known_files().find(architecture);
  if (found == known_files().end())
    throw usage_error("--weights", "there are no ImageNet weights of {} (got imagenet, expected random or a file)", architecture);
  const auto& [folder, stem, with_top, without_top] = found->second;
  const std::string name = stem + (include_top ? ".h5" : "_notop.h5");
  return {name, folder + name, include_top ? with_top : without_top};
}

std::string find_pretrained(const PretrainedFile& file) {
  const std::string path = keras_home() + "/models/" + file.name;
  const std::string hash = file.md5.empty() ? "" : fmt::format(" (md5 {})", file.md5);
  if (!file_exists(path))
    throw file_error(path, "there is no such file: these weights come from {}{}; put it there, or name it with --weights FILE",
                     file.url, hash);
  if (file.md5.empty()) return path;
  const std::string md5 = md5_of(path);
  if (md5 != file.md5)
    throw file_error(path, "is another file than Keras's (got md5 {}, expected {}): it comes from {}; --weights FILE takes any file",
                     md5, file.md5, file.url);
  return path;
}

}  // namespace fovea::zoo
