// How fast a folder of JPEGs is loaded, beside what libjpeg-turbo alone takes to decode the same files; and how fast its
// pictures come out of the cache.
//
//   picture_bench [THREADS [DIR [COPIES]]]   default: 2 threads; 400 pictures of 500x375 made for it; one copy of each
//
// "alone" reads and decodes every file into memory that is kept; "loaded" is open_dataset: listed, read, decoded,
// resized to 224x224, hashed. "cache, written" is the same into the cache, and onto the disk; "cache, opened" finds it
// there; "read" is every picture in random order, made floats of for a model, "augmented" by the tutorial's keys; "cold"
// after the system was told to forget the file. In turns; the best of five counts.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include <fcntl.h>
#include <jpeglib.h>
#include <unistd.h>

#include "fovea/base/file.h"
#include "fovea/base/random.h"
#include "fovea/base/thread_pool.h"
#include "fovea/data/cache_folder.h"
#include "fovea/data/dataset.h"
#include "fovea/data/file_tree.h"
#include "fovea/formats/image.h"
#include "fovea/train/augmented_examples.h"

namespace {

using namespace fovea;

constexpr int kPictures = 400, kHeight = 375, kWidth = 500, kSide = 224, kRounds = 5;

// Waves and a little noise: about 50 KB a file at quality 90, as photographs have.
std::string jpeg_of_waves(int number) {
  RandomStream random(static_cast<uint64_t>(number), purpose::kSample);
  const double a = 5 + 20 * random.unit_double(), b = 5 + 20 * random.unit_double(), c = 6 * random.unit_double();
  jpeg_compress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &bytes, &size);
  jpeg.image_height = kHeight;
  jpeg.image_width = kWidth;
  jpeg.input_components = 3;
  jpeg.in_color_space = JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, 90, TRUE);
  jpeg_start_compress(&jpeg, TRUE);
  std::vector<uint8_t> row(kWidth * 3);
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      const double noise = 12 * random.unit_double();
      for (int channel = 0; channel < 3; ++channel)
        row[static_cast<size_t>(3 * x + channel)] =
            static_cast<uint8_t>(122 + 115 * std::sin(x / a + y / b + c * channel) * std::cos(y / a) + noise);
    }
    JSAMPROW rows[] = {row.data()};
    jpeg_write_scanlines(&jpeg, rows, 1);
  }
  jpeg_finish_compress(&jpeg);
  std::string file(reinterpret_cast<char*>(bytes), size);
  jpeg_destroy_compress(&jpeg);
  std::free(bytes);
  return file;
}

void decode_alone(const std::string& file, std::vector<uint8_t>& pixels) {
  jpeg_decompress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, reinterpret_cast<const unsigned char*>(file.data()), file.size());
  jpeg_read_header(&jpeg, TRUE);
  jpeg_start_decompress(&jpeg);
  const size_t row = size_t{jpeg.output_width} * static_cast<size_t>(jpeg.output_components);
  pixels.resize(row * jpeg.output_height);
  while (jpeg.output_scanline < jpeg.output_height) {
    JSAMPROW rows[] = {pixels.data() + row * jpeg.output_scanline};
    jpeg_read_scanlines(&jpeg, rows, 1);
  }
  jpeg_finish_decompress(&jpeg);
  jpeg_destroy_decompress(&jpeg);
}

// The best of all rounds: by the clock, and of the processor, which says more where others use it too.
struct Time {
  double clock = 1e9, processor = 1e9;

  template <class Work>
  void measure(Work work) {
    const auto begin = std::chrono::steady_clock::now();
    const double used = processor_seconds();
    work();
    processor = std::min(processor, processor_seconds() - used);
    clock = std::min(clock, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  static double processor_seconds() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }
};

// The tutorial's keys.
const AugmentOptions kAugment = {.transform = {.rotation_range = 20,
                                               .width_shift_range = {.most = 0.2},
                                               .height_shift_range = {.most = 0.2},
                                               .zoom_range = {0.8, 1.2},
                                               .horizontal_flip = true}};

// Every example once in random order, as training asks for them: those of the next 32 are expected meanwhile.
void read_all(const Examples& examples, ThreadPool& pool, uint64_t epoch) {
  constexpr int64_t kBatch = 32;
  const int64_t n = examples.size();
  const auto order = permutation(static_cast<uint32_t>(n), 1, purpose::kShuffle, epoch);
  const auto draw = [&](int64_t i) { return Draw{1, epoch, static_cast<uint64_t>(i)}; };
  const auto expect = [&](int64_t first) {
    for (int64_t i = first; i < std::min(first + kBatch, n); ++i) examples.expect_drawn(order[static_cast<size_t>(i)], draw(i));
  };
  expect(0);
  for (int64_t first = 0; first < n; first += kBatch) {
    expect(first + kBatch);
    pool.run(static_cast<int>(std::min(kBatch, n - first)), [&](int k) {
      thread_local std::vector<float> picture;
      picture.resize(static_cast<size_t>(examples.shape().elements()));
      const int64_t i = first + k;
      examples.drawn_picture(order[static_cast<size_t>(i)], draw(i), picture.data());
    });
  }
}

void forget_files(const CacheFolder& cache) {
  for (const CacheFolder::File& file : cache.files()) {
    const int descriptor = ::open((cache.path() + "/" + file.name).c_str(), O_RDONLY);
    ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
    ::close(descriptor);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::stoi(argv[1]) : 2;
  const std::string own = (std::filesystem::temp_directory_path() / "fovea-picture-bench").string();
  const std::string folder = argc > 2 && *argv[2] != '\0' ? argv[2] : own;
  const int copies = argc > 3 ? std::stoi(argv[3]) : 1;
  if (folder == own) {
    for (int i = 0; i < kPictures; ++i) {
      const std::string part = fmt::format("{}/{}", folder, i % 4), content = jpeg_of_waves(i);
      create_folders(part);
      for (int copy = 0; copy < copies; ++copy) write_file_atomically(fmt::format("{}/{:04}-{}.jpg", part, i, copy), content);
    }
  }
  std::vector<std::string> paths;
  for (const FileTree::Entry& entry : open_folder(folder)->list())
    if (!entry.is_folder) paths.push_back(folder + "/" + entry.path);

  ThreadPool pool(threads);
  Time alone, loaded, filtered, scaled, written, opened, read, augmented, cold;
  const CacheFolder cache(own + "-cache");
  DataOptions cached = {.validation_split = 0,
                        .pictures = {.size = PictureSize{kSide, kSide},
                                     .channels = 3,
                                     .threads = threads,
                                     .cache = PictureCache::disk,
                                     .cache_folder = cache.path()}};
  const auto load = [&](Time& time, Resizing resizing, bool scaled_decoding) {
    time.measure([&] {
      open_dataset(folder, {.validation_split = 0,
                            .pictures = {.size = PictureSize{kSide, kSide},
                                         .resizing = resizing,
                                         .scaled_decoding = scaled_decoding,
                                         .threads = threads}});
    });
  };
  for (int round = 0; round < kRounds; ++round) {
    alone.measure([&] {
      pool.run(static_cast<int>(paths.size()), [&](int i) {
        thread_local std::vector<uint8_t> pixels;
        decode_alone(read_file(paths[static_cast<size_t>(i)]), pixels);
      });
    });
    load(loaded, {}, false);
    load(filtered, {Resize::stretch, PictureInterpolation::pillow_bilinear}, false);
    load(scaled, {}, true);
    cache.clear();
    written.measure([&] { open_dataset(folder, cached); });
    const auto use = [&](Time* opening, Time& reading, const AugmentOptions* augment) {
      std::optional<Dataset> data;
      Time unwatched;
      (opening ? *opening : unwatched).measure([&] { data = open_dataset(folder, cached); });
      std::vector<int32_t> classes(static_cast<size_t>(data->classes));
      const DataExamples examples(data->train, {.shape = {kSide, kSide, 3}}, classes, 2, folder);
      std::optional<AugmentedExamples> changed;
      if (augment != nullptr) changed.emplace(examples, *augment);
      reading.measure([&] { read_all(changed ? static_cast<const Examples&>(*changed) : examples, pool, static_cast<uint64_t>(round)); });
    };
    use(&opened, read, nullptr);
    use(nullptr, augmented, &kAugment);
    forget_files(cache);
    use(nullptr, cold, nullptr);
  }
  const auto count = static_cast<double>(paths.size());
  const auto line = [&](const char* what, const Time& time) {
    fmt::print("{:<26} {:>8.0f} {:>8.2f} {:>12.0f} {:>8.2f}\n", what, count / time.clock, alone.clock / time.clock,
               count / time.processor, alone.processor / time.processor);
  };
  fmt::print("{} pictures, {} threads{:>20} {:>8} {:>12} {:>8}\n", paths.size(), threads, "a second", "share",
             "of processor", "share");
  line("libjpeg-turbo alone", alone);
  line("loaded, bilinear", loaded);
  line("loaded, pillow_bilinear", filtered);
  line("loaded, --scaled-decoding", scaled);
  line("cache, written", written);
  line("cache, opened", opened);
  line("cache, read", read);
  line("cache, augmented", augmented);
  line("cache, read cold", cold);
  if (folder == own) std::filesystem::remove_all(own);
  std::filesystem::remove_all(cache.path());
}
