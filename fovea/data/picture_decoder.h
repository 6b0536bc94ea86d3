// Decodes a data set's picture files on all threads, and knows of each what came of it.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "fovea/base/error.h"
#include "fovea/data/picture_files.h"
#include "fovea/data/pictures.h"

namespace fovea {

struct PictureFacts {
  std::optional<Error> problem;  // it is broken
  bool unread = false;           // because the system did not give its bytes
  PictureOrigin origin;
  PictureHash hash;  // of its pixels
};

class PictureDecoder {
 public:
  PictureDecoder(const PictureFiles& files, const PictureOptions& options);

  // Of a file, by its place in the list, as its methods' `places` are.
  PictureFacts& operator[](size_t place) { return facts_[place]; }
  const PictureFacts& operator[](size_t place) const { return facts_[place]; }
  // Without reading the file; all are asked for at once, the first time.
  const FileIdentity& identity(size_t place);

  // The methods below leave alone what is known to be broken, and find out what else is. With PictureOptions::strict they
  // throw its Error instead.

  // What headers say of the pictures.
  void read_headers(const std::vector<size_t>& places);
  // Pixels of shape dst: those of the k-th go to room(k), then done(k, pixels) is called, all on any thread. An Error of
  // theirs would be taken for the file's.
  void decode(const std::vector<size_t>& places, const Shape& dst, const std::function<uint8_t*(size_t k)>& room,
              const std::function<void(size_t k, const uint8_t* pixels)>& done);

  // The one size that all pictures have, or the usual one, by their headers. Every file is looked at, whatever is wanted of
  // them, so that training and evaluating see the same.
  PictureSize common_size();
  // Those that are not broken.
  bool all_gray(const std::vector<size_t>& places) const;
  // A file could not be read that is there: another time it may be.
  bool missed_one();
  void throw_first_problem() const;

 private:
  using Look = std::function<void(size_t k, Bytes content, const std::string& where)>;
  void read(const std::vector<size_t>& places, const Look& look);

  const PictureFiles& files_;
  const PictureOptions& options_;
  ThreadPool pool_;
  std::vector<PictureFacts> facts_;
  std::vector<FileIdentity> identities_;
};

}  // namespace fovea
