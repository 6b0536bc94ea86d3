#include "fovea/formats/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>

#include "fovea/base/error.h"
#include "fovea/formats/sizes.h"

namespace fovea {
namespace {

constexpr size_t kPiece = size_t{1} << 16;
constexpr int kGzipWindow = 15 + 16;  // zlib: the largest window, a gzip header and its checksum

}  // namespace

bool is_gzip(Bytes beginning) { return beginning.size() >= 2 && beginning[0] == 0x1f && beginning[1] == 0x8b; }

struct GzipStream::State {
  std::function<Bytes()> more;
  std::string where;
  z_stream stream{};
  bool finished = false;

  // Whether there is input; asks for more where there is none.
  bool fill() {
    if (stream.avail_in > 0) return true;
    const Bytes piece = more();
    assert(piece.size() <= UINT_MAX && "pieces that zlib can count");
    stream.next_in = const_cast<Bytef*>(piece.data());
    stream.avail_in = static_cast<uInt>(piece.size());
    return !piece.empty();
  }

  // Behind a stream: another one, padding, or the end.
  void next_stream() {
    while (fill() && *stream.next_in == 0) {
      ++stream.next_in;
      --stream.avail_in;
    }
    if (stream.avail_in == 0) {
      finished = true;
      return;
    }
    if (*stream.next_in != 0x1f) throw file_error(where, "there are bytes behind the compressed data");
    inflateReset(&stream);
  }
};

GzipStream::GzipStream(std::function<Bytes()> more, std::string where) : state_(std::make_unique<State>()) {
  state_->more = std::move(more);
  state_->where = std::move(where);
  if (inflateInit2(&state_->stream, kGzipWindow) != Z_OK) throw std::bad_alloc();
}

GzipStream::GzipStream(GzipStream&&) noexcept = default;
GzipStream& GzipStream::operator=(GzipStream&&) noexcept = default;

GzipStream::~GzipStream() {
  if (state_) inflateEnd(&state_->stream);
}

size_t GzipStream::read(std::span<uint8_t> dst) {
  State& s = *state_;
  size_t done = 0;
  while (done < dst.size() && !s.finished) {
    if (!s.fill()) throw file_error(s.where, "the compressed data end early");
    const auto room = static_cast<uInt>(std::min<size_t>(dst.size() - done, size_t{1} << 30));
    s.stream.next_out = dst.data() + done;
    s.stream.avail_out = room;
    const int code = inflate(&s.stream, Z_NO_FLUSH);
    done += room - s.stream.avail_out;
    if (code == Z_STREAM_END) {
      s.next_stream();
    } else if (code == Z_MEM_ERROR) {
      throw std::bad_alloc();
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      throw file_error(s.where, "the compressed data are damaged ({})",
                       s.stream.msg != nullptr ? s.stream.msg : "zlib");
    }
  }
  return done;
}

std::string gunzip(Bytes bytes, const std::string& where, uint64_t max_bytes) {
  GzipStream stream(
      [&bytes] {
        const Bytes piece = bytes.first(std::min(bytes.size(), size_t{1} << 30));
        bytes = bytes.subspan(piece.size());
        return piece;
      },
      where);
  std::string text;
  std::vector<uint8_t> piece(kPiece);
  while (const size_t got = stream.read(piece)) {
    if (got > max_bytes - text.size())
      throw file_error(where, "the compressed data are too long (expected at most {} bytes)", max_bytes);
    text.append(reinterpret_cast<const char*>(piece.data()), got);
  }
  return text;
}

InflatingReader::InflatingReader(const std::string& path) : file_(path), piece_(kPiece) {
  unread_ = Bytes(piece_).first(file_.read(piece_));
  if (!is_gzip(unread_)) return;
  gzip_.emplace(
      [this] {
        const Bytes piece = unread_.empty() ? Bytes(piece_).first(file_.read(piece_)) : unread_;
        unread_ = {};
        return piece;
      },
      path);
}

bool InflatingReader::can_hold(uint64_t bytes) const {
  return compressed() ? deflate_can_hold(file_.size(), bytes) : bytes <= file_.size();
}

size_t InflatingReader::read(std::span<uint8_t> dst) {
  if (gzip_) return gzip_->read(dst);
  const size_t ready = std::min(unread_.size(), dst.size());
  if (ready > 0) std::memcpy(dst.data(), unread_.data(), ready);
  unread_ = unread_.subspan(ready);
  return ready + file_.read(dst.subspan(ready));
}

void InflatingReader::read_exactly(std::span<uint8_t> dst) {
  const size_t got = read(dst);
  if (got < dst.size())
    throw file_error(path(), "the file ends early (got {} of the {} bytes expected here)", got, dst.size());
}

void InflatingReader::expect_end() {
  uint8_t past[1];
  if (read(past) != 0) throw file_error(path(), "the file is longer than its header says");
}

}  // namespace fovea
