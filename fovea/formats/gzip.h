// gzip: inflating without ever holding more than was asked for.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "fovea/base/file.h"

namespace fovea {

bool is_gzip(Bytes beginning);

// Inflates piece by piece what `more` hands over piece by piece (nothing at the end; each piece must live until the
// next is asked for). Several gzip streams in a row are one; zeros after the last are padding.
class GzipStream {
 public:
  GzipStream(std::function<Bytes()> more, std::string where);
  GzipStream(GzipStream&&) noexcept;
  GzipStream& operator=(GzipStream&&) noexcept;
  ~GzipStream();

  size_t read(std::span<uint8_t> dst);  // less than asked for only at the end, when the checksum was right

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The whole content. One longer than max_bytes is refused when the bound is reached.
std::string gunzip(Bytes bytes, const std::string& where, uint64_t max_bytes);

// A file's content piece by piece, inflated where its first bytes say gzip.
class InflatingReader {
 public:
  explicit InflatingReader(const std::string& path);
  InflatingReader(const InflatingReader&) = delete;
  InflatingReader& operator=(const InflatingReader&) = delete;

  const std::string& path() const { return file_.path(); }
  bool compressed() const { return gzip_.has_value(); }
  bool can_hold(uint64_t bytes) const;  // whether a file of this size can have so many bytes of content
  size_t read(std::span<uint8_t> dst);
  void read_exactly(std::span<uint8_t> dst);
  void expect_end();

 private:
  FileReader file_;
  std::vector<uint8_t> piece_;
  Bytes unread_;  // of piece_
  std::optional<GzipStream> gzip_;
};

}  // namespace fovea
