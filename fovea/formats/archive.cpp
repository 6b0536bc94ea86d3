#include "fovea/formats/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include <filesystem>
#include <new>

#include "fovea/base/error.h"
#include "fovea/formats/gzip.h"

namespace fovea {
namespace {

constexpr size_t kPiece = size_t{1} << 16;
constexpr uint64_t kMaxEntries = 20'000'000;

// While it lives, this thread's names are UTF-8 where that is wanted: a zip file says which of its names are Unicode,
// and in the program's own locale libarchive gives none of these that is not ASCII.
class Utf8Names {
 public:
  explicit Utf8Names(bool wanted) {
    static const locale_t utf8 = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    before_ = ::uselocale(wanted ? utf8 : nullptr);
  }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;
  ~Utf8Names() { ::uselocale(before_); }

 private:
  locale_t before_;
};

bool is_zip(std::string_view beginning) { return beginning.starts_with("PK\3\4") || beginning.starts_with("PK\5\6"); }

// A path from the archive's top; none leads out of it.
std::string from_top(const std::filesystem::path& path) {
  std::string name = path.lexically_normal().relative_path().string();
  while (name.starts_with("../")) name.erase(0, 3);
  while (name.ends_with('/')) name.pop_back();
  return name == "." || name == ".." ? "" : name;
}

// Where a link of this name leads. A hard one that comes with content is a file.
std::optional<std::string> link_of(archive_entry* entry, const std::string& name) {
  const char* hard = archive_entry_hardlink(entry);
  if (hard != nullptr && archive_entry_size(entry) == 0) return from_top(hard);
  if (archive_entry_filetype(entry) != AE_IFLNK) return std::nullopt;
  const char* symbolic = archive_entry_symlink(entry);
  return from_top(std::filesystem::path(name).parent_path() / (symbolic != nullptr ? symbolic : ""));
}

}  // namespace

struct ArchiveReader::State {
  archive* reader = nullptr;
  archive_entry* entry = nullptr;
  uint64_t entries = 0;
  bool zip = false;  // else names are taken as bytes
  // Of a file that is gzip: libarchive would not look at its checksum.
  std::optional<InflatingReader> inflating = {};
  std::vector<uint8_t> piece = {};
  std::optional<Error> failure = {};

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { archive_read_free(reader); }

  static la_ssize_t more(archive*, void* state, const void** piece) {
    auto& self = *static_cast<State*>(state);
    try {
      self.piece.resize(kPiece);
      *piece = self.piece.data();
      return static_cast<la_ssize_t>(self.inflating->read(self.piece));
    } catch (const Error& error) {
      self.failure = error;
      return ARCHIVE_FATAL;
    }
  }

  int open(const std::string& path) {
    if (!inflating) return archive_read_open_filename(reader, path.c_str(), kPiece);
    return archive_read_open(reader, this, nullptr, more, nullptr);
  }

  // What libarchive says is wrong; where the file could not be inflated, that is thrown.
  std::string why() const {
    if (failure) throw *failure;
    const char* words = archive_error_string(reader);
    return words != nullptr ? words : "libarchive";
  }
};

bool is_archive(Bytes beginning) {
  const std::string_view text = as_text(beginning);
  return is_zip(text) || is_gzip(beginning) || (text.size() >= 262 && text.substr(257, 5) == "ustar");
}

ArchiveReader::ArchiveReader(const std::string& path) : state_(std::make_unique<State>()), path_(path) {
  std::string beginning(4, '\0');
  FileReader(path).read({reinterpret_cast<uint8_t*>(beginning.data()), beginning.size()});
  state_->zip = is_zip(beginning);
  if (is_gzip(as_bytes(beginning))) state_->inflating.emplace(path);
  archive* reader = state_->reader = archive_read_new();
  if (reader == nullptr) throw std::bad_alloc();
  archive_read_support_format_zip(reader);
  archive_read_support_format_tar(reader);
  if (state_->open(path) != ARCHIVE_OK) throw file_error(path, "not an archive that can be read ({})", state_->why());
}

ArchiveReader::~ArchiveReader() = default;

bool ArchiveReader::next() {
  const Utf8Names names(state_->zip);
  while (true) {
    const int code = archive_read_next_header(state_->reader, &state_->entry);
    if (code == ARCHIVE_EOF) {
      // The checksum stands behind all that the archive holds.
      if (state_->inflating)
        while (state_->inflating->read(state_->piece) > 0) {}
      return false;
    }
    if (code < ARCHIVE_WARN) throw file_error(path_, "the archive is damaged or of another kind ({})", state_->why());
    if (++state_->entries > kMaxEntries) throw file_error(path_, "the archive has more than {} entries", kMaxEntries);
    const char* name = archive_entry_pathname(state_->entry);
    if (name == nullptr)
      throw file_error(path_, "the name of entry {} cannot be read (expected UTF-8)", state_->entries);
    name_ = from_top(name);
    const auto type = archive_entry_filetype(state_->entry);
    is_folder_ = type == AE_IFDIR;
    link_ = link_of(state_->entry, name_);
    if (!name_.empty() && (type == AE_IFREG || is_folder_ || link_)) return true;
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
    // A warning is a wrong checksum, or a wrong length.
    if (code != ARCHIVE_OK) throw file_error(where, "cannot be read from the archive ({})", state_->why());
    // Holes of sparse files are zeros.
    if (offset < 0 || static_cast<uint64_t>(offset) < content.size() || static_cast<uint64_t>(offset) > max_bytes ||
        size > max_bytes - static_cast<uint64_t>(offset))
      throw file_error(where, "is too long (expected at most {} bytes)", max_bytes);
    content.resize(static_cast<size_t>(offset));
    content.append(static_cast<const char*>(piece), size);
  }
}

}  // namespace fovea
