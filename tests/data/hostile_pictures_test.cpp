// Picture files of every format with changes made to them, decoded and brought to size as load_pictures does.
#include <algorithm>

#include "fovea/data/fit_picture.h"
#include "fovea/formats/image.h"
#include "tests/harness/files.h"
#include "tests/harness/hostile.h"
#include "tests/harness/source_tree.h"

namespace fovea {
namespace {

constexpr int64_t kMostMemory = int64_t{512} << 20;
const Shape kSize = {32, 32, 3};

bool is_picture(const std::string& name) {
  constexpr const char* kEnds[] = {".jpg", ".png", ".webp", ".bmp", ".ppm", ".pgm"};
  return std::any_of(std::begin(kEnds), std::end(kEnds), [&](const char* end) { return name.ends_with(end); });
}

// FOVEA_PICTURE_FILES names a folder of more.
std::vector<HostileSeed> picture_files() {
  std::vector<HostileSeed> seeds;
  const auto take = [&](const std::string& folder) {
    for (const FolderEntry& entry : list_folder(folder))
      if (is_picture(entry.name)) seeds.push_back({entry.name, read_file(folder + "/" + entry.name)});
  };
  take(source_tree("tests/golden/pictures"));
  take(source_tree("tests/golden/formats"));
  if (const char* more = std::getenv("FOVEA_PICTURE_FILES")) take(more);
  return seeds;
}

TEST(HostilePictures, DoNoHarm) {
  Watch watch(kMostMemory);
  int taken = 0;
  damage_each(picture_files(), hostile_files(500), changed_bytes, [&](const std::string& name, const std::string& content) {
    // Of exactly this size on the heap, so that a sanitizer sees a read behind its end.
    const std::vector<uint8_t> bytes(content.begin(), content.end());
    taken += watch.takes([&] {
      const DecodeOptions decoding = {.least_height = 2 * kSize[0], .least_width = 2 * kSize[1]};
      const Image image = decode_image(bytes, name, decoding);
      const ImageHeader header = read_image_header(bytes, name);
      EXPECT_GE(header.height, image.height);
      EXPECT_GE(header.width, image.width);
      std::vector<uint8_t> pixels(static_cast<size_t>(kSize.elements()));
      PictureFit({image.height, image.width, image.channels}, kSize, {}, name).fit(image.pixels.data(), pixels.data());
    });
  });
  RecordProperty("taken", taken);
  RecordProperty("megabytes", watch.taken_memory() >> 20);
  EXPECT_GT(taken, 0);
  EXPECT_LT(taken, hostile_files(500));
}

}  // namespace
}  // namespace fovea
