#include "fovea/data/load_pictures.h"

#include <unistd.h>

#include <algorithm>
#include <optional>

#include "fovea/base/error.h"
#include "fovea/data/fit_picture.h"
#include "fovea/formats/image.h"

namespace fovea {
namespace {

double physical_memory() {
  return static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGE_SIZE));
}

bool is_wanted(SplitKind split, Wanted wanted) { return split == SplitKind::test ? wanted.test : wanted.train; }

class Loader {
 public:
  Loader(const PictureFiles& files, const PictureOptions& options)
      : files_(files),
        options_(options),
        pool_(options.threads > 0 ? options.threads : available_cores()),
        problems_(files.files.size()),
        origins_(files.files.size()) {}

  Source load(Wanted wanted) {
    const PictureSize size = options_.size ? *options_.size : common_size();
    const Shape shape{size.height, size.width, options_.channels.value_or(3)};
    Source source{.name = files_.name,
                  .class_names = files_.class_names,
                  .classes = files_.classes,
                  .broken = files_.broken,
                  .files = true};
    std::vector<Part> parts;
    for (const SplitKind split : {SplitKind::train, SplitKind::validation, SplitKind::test})
      if (is_wanted(split, wanted)) parts.push_back(read_part(split, shape));
    const bool gray =
        !options_.channels && std::all_of(parts.begin(), parts.end(), [&](const Part& part) { return all_gray(part); });
    int64_t left = 0;
    for (Part& part : parts) {
      auto pictures = finish(part, shape, gray);
      left += pictures ? pictures->size() : 0;
      (part.split == SplitKind::test    ? source.test
       : part.split == SplitKind::train ? source.train
                                        : source.validation) = std::move(pictures);
    }
    list_broken(source);
    if (left == 0) throw none_left(source, parts);
    return source;
  }

 private:
  struct Part {
    SplitKind split;
    std::vector<size_t> files;              // places in the list
    std::shared_ptr<PictureMemory> pixels;  // as many
  };

  // The one size that all pictures have, or the usual one. Every file is looked at, whatever is wanted of them, so that
  // training and evaluating see the same.
  PictureSize common_size() {
    std::vector<size_t> all(files_.files.size());
    for (size_t i = 0; i < all.size(); ++i) all[i] = i;
    std::vector<ImageHeader> headers(all.size());
    read(all,
         [&](size_t i, Bytes content, const std::string& where) { headers[i] = read_image_header(content, where); });
    std::optional<PictureSize> common;
    for (size_t i = 0; i < headers.size(); ++i) {
      if (problems_[i]) continue;
      const PictureSize own{headers[i].height, headers[i].width};
      if (common && !(*common == own)) return {kUsualSide, kUsualSide};
      common = own;
    }
    return common.value_or(PictureSize{kUsualSide, kUsualSide});
  }

  // Calls look(k, content, where) for the k-th of these files, except those that are known to be broken; what it throws
  // is the file's problem.
  template <class Look>
  void read(const std::vector<size_t>& places, Look look) {
    std::vector<std::string> paths;
    std::vector<size_t> order;
    for (size_t k = 0; k < places.size(); ++k) {
      if (problems_[places[k]]) continue;
      paths.push_back(files_.files[places[k]].path);
      order.push_back(k);
    }
    const auto broken = [&](size_t i, const Error& error) { problems_[places[order[i]]] = error; };
    files_.tree->read(
        paths, pool_,
        [&](size_t i, Bytes content) {
          try {
            look(order[i], content, files_.tree->shown(paths[i]));
          } catch (const Error& error) {
            broken(i, error);
          }
        },
        broken);
    if (options_.strict) throw_first_problem();
  }

  Part read_part(SplitKind split, const Shape& shape) {
    Part part{split, {}, nullptr};
    for (size_t i = 0; i < files_.files.size(); ++i)
      if (files_.files[i].split == split) part.files.push_back(i);
    const auto count = static_cast<int64_t>(part.files.size());
    if (count > INT32_MAX)
      throw file_error(files_.name, "there are too many pictures (got {}, expected at most {})", count, INT32_MAX);
    const double bytes = static_cast<double>(count) * static_cast<double>(shape.elements());
    if (bytes > physical_memory())
      throw failed_error(
          files_.name,
          "{} pictures of {}x{} do not fit into memory (got {:.1f} GB, expected at most {:.1f}); a smaller "
          "--image-size may do",
          count, shape[0], shape[1], bytes / 1e9, physical_memory() / 1e9);
    part.pixels = std::make_shared<PictureMemory>(static_cast<size_t>(count * shape.elements()));
    uint8_t* const pixels = part.pixels->data();
    const DecodeOptions decoding{.least_height = options_.scaled_decoding ? 2 * shape[0] : 0,
                                 .least_width = options_.scaled_decoding ? 2 * shape[1] : 0};
    read(part.files, [&](size_t k, Bytes content, const std::string& where) {
      thread_local Image image;
      image = decode_image(content, where, decoding, std::move(image));
      const ImageHeader own = options_.scaled_decoding ? read_image_header(content, where)
                                                       : ImageHeader{image.height, image.width, image.channels};
      origins_[part.files[k]] = {files_.files[part.files[k]].path, own.height, own.width, own.channels};
      const Shape src{image.height, image.width, image.channels};
      PictureFit(src, shape, options_.resizing, where)
          .fit(image.pixels.data(), pixels + static_cast<int64_t>(k) * shape.elements());
    });
    return part;
  }

  bool all_gray(const Part& part) const {
    return std::all_of(part.files.begin(), part.files.end(),
                       [&](size_t i) { return problems_[i] || origins_[i].channels == 1; });
  }

  // Closes the gaps that broken files left, and makes one channel of three alike where all pictures are gray.
  std::shared_ptr<const Pictures> finish(Part& part, const Shape& shape, bool gray) {
    const int64_t pixels_each = shape[0] * shape[1], channels = gray ? 1 : shape[2];
    uint8_t* const pixels = part.pixels->data();
    std::vector<int32_t> labels;
    std::vector<PictureOrigin> origins;
    for (size_t k = 0; k < part.files.size(); ++k) {
      const size_t i = part.files[k];
      if (problems_[i]) continue;
      const uint8_t* src = pixels + static_cast<int64_t>(k) * shape.elements();
      uint8_t* dst = pixels + static_cast<int64_t>(labels.size()) * pixels_each * channels;
      if (channels != shape[2])
        for (int64_t p = 0; p < pixels_each; ++p) dst[p] = src[p * shape[2]];
      else if (dst != src)
        std::copy_n(src, shape.elements(), dst);
      labels.push_back(files_.files[i].label);
      origins.push_back(std::move(origins_[i]));
    }
    if (labels.empty()) return nullptr;
    const Shape finished{shape[0], shape[1], channels};
    part.pixels->keep(labels.size() * static_cast<size_t>(finished.elements()));
    return std::make_shared<Pictures>(std::move(part.pixels), finished, std::move(labels), std::move(origins));
  }

  void list_broken(Source& source) const {
    for (const auto& problem : problems_)
      if (problem) source.broken.push_back({problem->where(), problem->message()});
  }

  void throw_first_problem() const {
    if (!files_.broken.empty()) throw file_error(files_.broken.front().where, "{}", files_.broken.front().what);
    for (const auto& problem : problems_)
      if (problem) throw *problem;
  }

  Error none_left(const Source& source, const std::vector<Part>& parts) const {
    if (!source.broken.empty())
      return file_error(source.broken.front().where, "{}; none of {} pictures can be read", source.broken.front().what,
                        files_.files.size() + files_.broken.size());
    if (files_.files.empty()) return file_error(files_.tree->root(), "there are no pictures in the class folders");
    return file_error(files_.tree->root(), "there are no {} pictures", to_string(parts.front().split));
  }

  const PictureFiles& files_;
  const PictureOptions& options_;
  ThreadPool pool_;
  std::vector<std::optional<Error>> problems_;  // a file
  std::vector<PictureOrigin> origins_;
};

}  // namespace

Source load_pictures(const PictureFiles& files, const PictureOptions& options, Wanted wanted) {
  return Loader(files, options).load(wanted);
}

}  // namespace fovea
