#include "fovea/data/picture_decoder.h"

#include <algorithm>
#include <numeric>

#include "fovea/data/fit_picture.h"
#include "fovea/formats/image.h"

namespace fovea {

PictureDecoder::PictureDecoder(const PictureFiles& files, const PictureOptions& options)
    : files_(files),
      options_(options),
      pool_(options.threads > 0 ? options.threads : available_cores()),
      facts_(files.files.size()) {}

const FileIdentity& PictureDecoder::identity(size_t place) {
  if (identities_.empty()) {
    std::vector<std::string> paths;
    for (const PictureFile& file : files_.files) paths.push_back(file.path);
    identities_ = files_.tree->identities(paths, pool_);
  }
  return identities_[place];
}

// Calls look(k, content, where) for the k-th of these files; what it throws is the file's problem.
void PictureDecoder::read(const std::vector<size_t>& places, const Look& look) {
  std::vector<std::string> paths;
  std::vector<size_t> order;
  for (size_t k = 0; k < places.size(); ++k) {
    if (facts_[places[k]].problem) continue;
    paths.push_back(files_.files[places[k]].path);
    order.push_back(k);
  }
  const auto take = [&](size_t i, Bytes content) {
    try {
      look(order[i], content, files_.tree->shown(paths[i]));
    } catch (const Error& error) {
      facts_[places[order[i]]].problem = error;
    }
  };
  const auto refuse = [&](size_t i, const Error& error) {
    facts_[places[order[i]]].problem = error;
    facts_[places[order[i]]].unread = true;
  };
  files_.tree->read(paths, pool_, take, refuse);
  if (options_.strict) throw_first_problem();
}

void PictureDecoder::read_headers(const std::vector<size_t>& places) {
  read(places, [&](size_t k, Bytes content, const std::string& where) {
    const ImageHeader own = read_image_header(content, where);
    facts_[places[k]].origin = {files_.files[places[k]].path, own.height, own.width, own.channels};
  });
}

void PictureDecoder::decode(const std::vector<size_t>& places, const Shape& dst,
                            const std::function<uint8_t*(size_t)>& room,
                            const std::function<void(size_t, const uint8_t*)>& done) {
  const DecodeOptions decoding{.least_height = options_.scaled_decoding ? 2 * dst[0] : 0,
                               .least_width = options_.scaled_decoding ? 2 * dst[1] : 0};
  read(places, [&](size_t k, Bytes content, const std::string& where) {
    thread_local Image image;
    image = decode_image(content, where, decoding, std::move(image));
    const ImageHeader own = options_.scaled_decoding ? read_image_header(content, where)
                                                     : ImageHeader{image.height, image.width, image.channels};
    uint8_t* const pixels = room(k);
    PictureFit({image.height, image.width, image.channels}, dst, options_.resizing, where).fit(image.pixels.data(), pixels);
    PictureFacts& facts = facts_[places[k]];
    facts.origin = {files_.files[places[k]].path, own.height, own.width, own.channels};
    facts.hash = hash_of({pixels, static_cast<size_t>(dst.elements())});
    done(k, pixels);
  });
}

PictureSize PictureDecoder::common_size() {
  std::vector<size_t> all(facts_.size());
  std::iota(all.begin(), all.end(), size_t{0});
  read_headers(all);
  std::optional<PictureSize> common;
  for (const PictureFacts& facts : facts_) {
    if (facts.problem) continue;
    const PictureSize own{facts.origin.height, facts.origin.width};
    if (common && !(*common == own)) return {kUsualSide, kUsualSide};
    common = own;
  }
  return common.value_or(PictureSize{kUsualSide, kUsualSide});
}

bool PictureDecoder::missed_one() {
  for (size_t i = 0; i < facts_.size(); ++i)
    if (facts_[i].unread && identity(i).exists != 0) return true;
  return false;
}

bool PictureDecoder::all_gray(const std::vector<size_t>& places) const {
  return std::all_of(places.begin(), places.end(),
                     [&](size_t i) { return facts_[i].problem || facts_[i].origin.channels == 1; });
}

void PictureDecoder::throw_first_problem() const {
  if (!files_.broken.empty()) throw file_error(files_.broken.front().where, "{}", files_.broken.front().what);
  for (const PictureFacts& facts : facts_)
    if (facts.problem) throw *facts.problem;
}

}  // namespace fovea
