#include "fovea/data/load_pictures.h"

#include <algorithm>
#include <optional>

#include "fovea/base/error.h"
#include "fovea/base/memory.h"
#include "fovea/data/picture_cache.h"
#include "fovea/data/picture_decoder.h"

namespace fovea {
namespace {

constexpr double kMemoryShare = 0.5;  // of what is available: above it pictures go to the cache

bool is_wanted(SplitKind split, Wanted wanted) { return split == SplitKind::test ? wanted.test : wanted.train; }

// The cache cannot take what was decoded: not the fault of a picture's file, as an Error would be.
struct NotWritten {
  Error error;
};

template <class Action>
auto writing(Action action) {
  try {
    return action();
  } catch (const Error& error) {
    throw NotWritten{error};
  }
}

class Loader {
 public:
  Loader(const PictureFiles& files, const PictureOptions& options, Wanted wanted)
      : files_(files),
        options_(options),
        wanted_(wanted),
        folder_(options.cache_folder, options.cache_limit),
        decoder_(files, options),
        size_(options.size),
        channels_(options.channels) {
    for (const SplitKind split : kSplitKinds) {
      if (!is_wanted(split, wanted)) continue;
      Part& part = parts_.emplace_back(Part{.split = split});
      for (size_t i = 0; i < files_.files.size(); ++i)
        if (files_.files[i].split == split) part.files.push_back(i);
      count_ += part.files.size();
    }
    if (count_ > INT32_MAX)
      throw file_error(files_.name, "there are too many pictures (got {}, expected at most {})", count_, INT32_MAX);
  }

  Source load() {
    recall_shape();
    const bool headers = !size_;
    if (headers) size_ = decoder_.common_size();
    if (goes_to_disk()) read_into_cache(headers);
    else read_into_memory();
    return result();
  }

 private:
  struct Part {
    SplitKind split;
    std::vector<size_t> files = {};  // places in the list
    std::shared_ptr<PictureMemory> own = nullptr;
    std::shared_ptr<const PictureMemory> cached = nullptr;  // instead: files lie in it by their places in the part
  };

  Shape shape() const { return {size_->height, size_->width, channels_.value_or(3)}; }
  double bytes() const {
    return static_cast<double>(count_) * static_cast<double>(size_->height) * static_cast<double>(size_->width) *
           static_cast<double>(channels_.value_or(3));
  }

  bool goes_to_disk() const {
    if (options_.cache == PictureCache::automatic) return bytes() > kMemoryShare * available_memory();
    return options_.cache == PictureCache::disk;
  }

  bool all_gray() const {
    return std::all_of(parts_.begin(), parts_.end(), [&](const Part& part) { return decoder_.all_gray(part.files); });
  }

  // In memory

  void read_into_memory(const std::string& why_not_cached = "") {
    if (const double most = available_memory(); bytes() > most)
      throw failed_error(files_.name,
                         "{} pictures of {}x{} do not fit into memory (got {:.1f} GB, expected at most {:.1f}){}; a smaller "
                         "--image-size may do",
                         count_, size_->height, size_->width, bytes() / 1e9, most / 1e9,
                         !why_not_cached.empty()                  ? ", and not into the cache: " + why_not_cached
                         : options_.cache == PictureCache::memory ? "; --cache disk may do"
                                                                  : "");
    if (!why_not_cached.empty()) notes_.push_back(why_not_cached + "; the pictures are held in memory");
    const auto each = static_cast<size_t>(shape().elements());
    for (Part& part : parts_) {
      part.cached = nullptr;
      part.own = std::make_shared<PictureMemory>(part.files.size() * each);
      decoder_.decode(part.files, shape(), [&](size_t k) { return part.own->data() + k * each; },
                      [](size_t, const uint8_t*) {});
    }
    const bool gray = !channels_ && all_gray();
    for (Part& part : parts_) close_gaps(part, gray);
    if (!channels_) channels_ = gray ? 1 : 3;
  }

  // Closes the gaps that broken files left, and makes one channel of three alike.
  void close_gaps(Part& part, bool gray) {
    const Shape src_shape = shape();
    const int64_t pixels_each = src_shape[0] * src_shape[1], channels = gray ? 1 : src_shape[2];
    uint8_t* const pixels = part.own->data();
    uint8_t* dst = pixels;
    for (size_t k = 0; k < part.files.size(); ++k) {
      PictureFacts& facts = decoder_[part.files[k]];
      if (facts.problem) continue;
      const uint8_t* src = pixels + static_cast<int64_t>(k) * src_shape.elements();
      if (gray) {
        for (int64_t p = 0; p < pixels_each; ++p) dst[p] = src[p * src_shape[2]];
        facts.hash = hash_of({dst, static_cast<size_t>(pixels_each)});
      } else if (dst != src) {
        std::copy_n(src, src_shape.elements(), dst);
      }
      dst += pixels_each * channels;
    }
    part.own->keep(static_cast<size_t>(dst - pixels));
  }

  // In the cache

  void read_into_cache(bool headers) {
    try {
      if (!channels_) {
        if (!headers)
          for (const Part& part : parts_) decoder_.read_headers(part.files);
        channels_ = all_gray() ? 1 : 3;
      }
      read_parts();
      // What only decoding shows to be broken may have been all that was in colour.
      if (!options_.channels && *channels_ == 3 && all_gray()) {
        channels_ = 1;
        read_parts();
      }
      remember_shape();
    } catch (const NotWritten& failure) {
      channels_ = options_.channels;
      notes_.clear();
      read_into_memory(failure.error.what());
    }
  }

  void read_parts() {
    notes_.clear();
    for (Part& part : parts_)
      if (!part.files.empty()) read_cached(part);
  }

  void read_cached(Part& part) {
    const PictureKey key = key_of(part);
    auto pictures = find_pictures(folder_, key, shape(), part.files.size());
    notes_.push_back(fmt::format("{} {} pictures {} the cache: {}", part.files.size(), to_string(part.split),
                                 pictures ? "are in" : "were decoded into", pictures_path(folder_, key)));
    take(part, pictures ? std::move(*pictures) : written(part, key));
  }

  CachedPictures written(const Part& part, const PictureKey& key) {
    auto writer = writing([&] { return PictureCacheWriter(folder_, key, shape(), part.files.size()); });
    const auto room = [&](size_t) {
      thread_local std::vector<uint8_t> pixels;
      pixels.resize(static_cast<size_t>(shape().elements()));
      return pixels.data();
    };
    decoder_.decode(part.files, shape(), room,
                    [&](size_t k, const uint8_t* pixels) { writing([&] { writer.put(k, pixels); }); });
    std::vector<PictureRecord> records;
    for (const size_t i : part.files) {
      const PictureFacts& facts = decoder_[i];
      const PictureOrigin& own = facts.origin;
      records.push_back(facts.problem ? PictureRecord{.problem = facts.problem->message()}
                                      : PictureRecord{own.height, own.width, own.channels, facts.hash, ""});
    }
    return writing([&] { return writer.finish(std::move(records), !decoder_.missed_one()); });
  }

  void take(Part& part, CachedPictures pictures) {
    part.cached = std::move(pictures.memory);
    for (size_t k = 0; k < part.files.size(); ++k) {
      const PictureRecord& record = pictures.records[k];
      const std::string& path = files_.files[part.files[k]].path;
      PictureFacts& facts = decoder_[part.files[k]];
      facts = {{}, false, {path, record.height, record.width, record.channels}, record.hash};
      if (record.is_broken()) facts.problem = file_error(files_.tree->shown(path), "{}", record.problem);
    }
    if (options_.strict) decoder_.throw_first_problem();
  }

  PictureKey key_of(const Part& part) {
    PictureKeyBuilder builder;
    builder.add(fmt::format("{} {} {} {}", to_string(shape()), to_string(options_.resizing.resize),
                            to_string(options_.resizing.interpolation), options_.scaled_decoding));
    for (const size_t i : part.files) builder.add(files_.files[i].path, decoder_.identity(i));
    return builder.key();
  }

  // The shape follows from all files, where it is not given.
  PictureKey shape_key() {
    PictureKeyBuilder builder;
    const PictureSize size = options_.size.value_or(PictureSize());
    builder.add(fmt::format("{} {} {} {} {}", size.height, size.width, options_.channels.value_or(0), wanted_.train, wanted_.test));
    for (size_t i = 0; i < files_.files.size(); ++i) {
      builder.add(std::string(to_string(files_.files[i].split)));
      builder.add(files_.files[i].path, decoder_.identity(i));
    }
    return builder.key();
  }

  void recall_shape() {
    if ((size_ && channels_) || options_.cache == PictureCache::memory || folder_.files().empty()) return;
    const auto found = find_shape(folder_, shape_key());
    if (!found) return;
    size_ = PictureSize{(*found)[0], (*found)[1]};
    channels_ = (*found)[2];
  }

  void remember_shape() {
    if ((options_.size && options_.channels) || decoder_.missed_one()) return;
    // A file that nobody wanted is named as broken only where all headers are read.
    for (size_t i = 0; i < files_.files.size(); ++i)
      if (decoder_[i].problem && !is_wanted(files_.files[i].split, wanted_)) return;
    try {
      keep_shape(folder_, shape_key(), shape());
    } catch (const Error&) {
      // The next run finds it out again.
    }
  }

  // Afterwards

  Source result() {
    Source source{.name = files_.name,
                  .class_names = files_.class_names,
                  .classes = files_.classes,
                  .numbered = files_.numbered,
                  .broken = files_.broken,
                  .files = true,
                  .notes = std::move(notes_)};
    for (size_t i = 0; i < files_.files.size(); ++i)
      if (const auto& problem = decoder_[i].problem) source.broken.push_back({problem->where(), problem->message()});
    bool any = false;
    for (Part& part : parts_) {
      auto pictures = pictures_of(part);
      any = any || pictures != nullptr;
      (part.split == SplitKind::test    ? source.test
       : part.split == SplitKind::train ? source.train
                                        : source.validation) = std::move(pictures);
    }
    if (!any) throw none_left(source);
    return source;
  }

  std::shared_ptr<const Pictures> pictures_of(Part& part) {
    FilePictures pictures = {.memory = part.cached ? std::move(part.cached) : std::move(part.own), .shape = shape()};
    for (size_t k = 0; k < part.files.size(); ++k) {
      PictureFacts& facts = decoder_[part.files[k]];
      if (facts.problem) continue;
      if (pictures.memory->is_file()) pictures.slots.push_back(static_cast<uint32_t>(k));
      pictures.labels.push_back(files_.files[part.files[k]].label);
      pictures.origins.push_back(std::move(facts.origin));
      pictures.hashes.push_back(facts.hash);
    }
    if (pictures.labels.empty()) return nullptr;
    return std::make_shared<Pictures>(std::move(pictures));
  }

  Error none_left(const Source& source) const {
    if (!source.broken.empty())
      return file_error(source.broken.front().where, "{}; none of {} pictures can be read", source.broken.front().what,
                        files_.files.size() + files_.broken.size());
    if (files_.files.empty()) return file_error(files_.tree->root(), "there are no pictures in the class folders");
    return file_error(files_.tree->root(), "there are no {} pictures", to_string(parts_.front().split));
  }

  const PictureFiles& files_;
  const PictureOptions& options_;
  Wanted wanted_;
  CacheFolder folder_;
  PictureDecoder decoder_;
  std::vector<Part> parts_;
  size_t count_ = 0;  // of all parts' files
  std::optional<PictureSize> size_;
  std::optional<int64_t> channels_;  // unset until it is known whether all are gray
  std::vector<std::string> notes_;
};

}  // namespace

Source load_pictures(const PictureFiles& files, const PictureOptions& options, Wanted wanted) {
  return Loader(files, options, wanted).load();
}

}  // namespace fovea
