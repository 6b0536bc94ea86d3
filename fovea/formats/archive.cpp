#include "fovea/formats/archive.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <new>

#include "fovea/base/error.h"
#include "fovea/formats/gzip.h"

namespace fovea {
namespace {

constexpr size_t kPiece = size_t{1} << 16;
constexpr uint64_t kMaxEntries = 20'000'000;

}  // namespace

struct ArchiveReader::State {
  archive* reader = nullptr;
  archive_entry* entry = nullptr;
  uint64_t entries = 0;
};

bool is_archive(Bytes beginning) {
  const std::string_view text = as_text(beginning);
  return text.starts_with("PK\3\4") || text.starts_with("PK\5\6") || is_gzip(beginning) ||
         (text.size() >= 262 && text.substr(257, 5) == "ustar");
}

ArchiveReader::ArchiveReader(const std::string& path) : state_(std::make_unique<State>()), path_(path) {
  archive* reader = state_->reader = archive_read_new();
  if (reader == nullptr) throw std::bad_alloc();
  archive_read_support_format_zip(reader);
  archive_read_support_format_tar(reader);
  archive_read_support_filter_gzip(reader);
  if (archive_read_open_filename(reader, path.c_str(), kPiece) != ARCHIVE_OK) {
    const char* why = archive_error_string(reader);
    const Error error = file_error(path, "not an archive that can be read ({})", why != nullptr ? why : "libarchive");
    archive_read_free(reader);
    throw error;
  }
}

ArchiveReader::~ArchiveReader() { archive_read_free(state_->reader); }

bool ArchiveReader::next() {
  while (true) {
    const int code = archive_read_next_header(state_->reader, &state_->entry);
    if (code == ARCHIVE_EOF) return false;
    if (code < ARCHIVE_WARN) {
      const char* why = archive_error_string(state_->reader);
      throw file_error(path_, "the archive is damaged or of another kind ({})", why != nullptr ? why : "libarchive");
    }
    if (++state_->entries > kMaxEntries) throw file_error(path_, "the archive has more than {} entries", kMaxEntries);
    const auto type = archive_entry_filetype(state_->entry);
    const char* name = archive_entry_pathname(state_->entry);
    if (name == nullptr || (type != AE_IFREG && type != AE_IFDIR)) continue;
    name_ = name;
    while (name_.starts_with("./")) name_.erase(0, 2);
    while (name_.ends_with('/')) name_.pop_back();
    is_folder_ = type == AE_IFDIR;
    if (!name_.empty() && name_ != ".") return true;
  }
}

std::string ArchiveReader::read(uint64_t max_bytes) {
  const std::string where = path_ + "/" + name_;
  std::string content;
  const void* piece = nullptr;
  size_t size = 0;
  la_int64_t offset = 0;
  while (true) {
    const int code = archive_read_data_block(state_->reader, &piece, &size, &offset);
    if (code == ARCHIVE_EOF) return content;
    if (code < ARCHIVE_WARN) {
      const char* why = archive_error_string(state_->reader);
      throw file_error(where, "cannot be read from the archive ({})", why != nullptr ? why : "libarchive");
    }
    // Holes of sparse files are zeros.
    if (offset < 0 || static_cast<uint64_t>(offset) < content.size() || static_cast<uint64_t>(offset) > max_bytes ||
        size > max_bytes - static_cast<uint64_t>(offset))
      throw file_error(where, "is too long (expected at most {} bytes)", max_bytes);
    content.resize(static_cast<size_t>(offset));
    content.append(static_cast<const char*>(piece), size);
  }
}

}  // namespace fovea
