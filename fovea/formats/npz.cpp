#include "fovea/formats/npz.h"

#include <zip.h>

#include <algorithm>

#include "fovea/base/error.h"
#include "fovea/base/names.h"
#include "fovea/formats/sizes.h"

namespace fovea {
namespace {

constexpr std::string_view kSuffix = ".npy";

Error zip_failure(const std::string& where, const char* doing, zip_error_t* error) {
  return file_error(where, "cannot {}: {}", doing, zip_error_strerror(error));
}

Error zip_failure(const std::string& where, const char* doing, int code) {
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  const Error failure = zip_failure(where, doing, &error);
  zip_error_fini(&error);
  return failure;
}

constexpr const char* kReadArchive = "read it as an npz (zip) archive";

}  // namespace

struct Npz::Archive {
  zip_t* zip = nullptr;
  uint64_t file_bytes = 0;
  ~Archive() {
    if (zip != nullptr) zip_discard(zip);
  }
};

// One array's file inside the archive, positioned at its numbers.
struct Npz::Entry {
  std::string where;
  NpyHeader header;
  std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file{nullptr, zip_fclose};

  size_t read(std::span<uint8_t> dst) {
    size_t done = 0;
    while (done < dst.size()) {
      const zip_int64_t got = zip_fread(file.get(), dst.data() + done, dst.size() - done);
      if (got < 0) throw zip_failure(where, "read", zip_file_get_error(file.get()));
      if (got == 0) break;
      done += static_cast<size_t>(got);
    }
    return done;
  }
};

Npz::Npz(const std::string& path) : where_(path), archive_(std::make_unique<Archive>()) {
  archive_->file_bytes = FileReader(path).size();  // also says what is wrong with a file that cannot be opened
  int code = 0;
  archive_->zip = zip_open(path.c_str(), ZIP_RDONLY, &code);
  if (archive_->zip == nullptr) throw zip_failure(where_, kReadArchive, code);
  index();
}

Npz::Npz(Bytes bytes, const std::string& where) : where_(where), archive_(std::make_unique<Archive>()) {
  archive_->file_bytes = bytes.size();
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (source != nullptr) archive_->zip = zip_open_from_source(source, ZIP_RDONLY, &error);
  if (archive_->zip == nullptr) {
    if (source != nullptr) zip_source_free(source);
    const Error failure = zip_failure(where_, kReadArchive, &error);
    zip_error_fini(&error);
    throw failure;
  }
  zip_error_fini(&error);
  index();
}

Npz::Npz(Npz&&) noexcept = default;
Npz& Npz::operator=(Npz&&) noexcept = default;
Npz::~Npz() = default;

void Npz::index() {
  if (archive_->file_bytes == 0) throw file_error(where_, "is an empty file, expected an npz archive");
  const zip_int64_t entries = zip_get_num_entries(archive_->zip, 0);
  for (zip_int64_t i = 0; i < entries; ++i) {
    const char* name = zip_get_name(archive_->zip, static_cast<zip_uint64_t>(i), 0);
    if (name != nullptr && std::string_view(name).ends_with(kSuffix))
      names_.emplace_back(std::string_view(name).substr(0, std::string_view(name).size() - kSuffix.size()));
  }
}

bool Npz::contains(const std::string& name) const {
  return std::find(names_.begin(), names_.end(), name) != names_.end();
}

Npz::Entry Npz::open(const std::string& name) const {
  if (!contains(name)) {
    std::string list;
    for (size_t i = 0; i < std::min<size_t>(names_.size(), 10); ++i) list += (i == 0 ? "" : ", ") + names_[i];
    throw file_error(where_, "has no array \"{}\"; this file has {}{}", name, list.empty() ? "no arrays" : list,
                     names_.size() > 10 ? ", …" : "");
  }
  const std::string file_name = name + std::string(kSuffix);
  Entry entry;
  entry.where = where_ + ": " + name;
  zip_stat_t status;
  if (zip_stat(archive_->zip, file_name.c_str(), 0, &status) != 0)
    throw zip_failure(entry.where, "find it in the archive", zip_get_error(archive_->zip));
  constexpr zip_uint64_t kNeeded = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
  if ((status.valid & kNeeded) != kNeeded) throw file_error(entry.where, "the archive does not say its size");
  if (status.comp_method != ZIP_CM_STORE && status.comp_method != ZIP_CM_DEFLATE)
    throw file_error(entry.where,
                     "compressed by a method that is not supported (got {}, expected 0 (stored) or 8 (deflated))",
                     status.comp_method);
  const bool possible = status.comp_method == ZIP_CM_STORE ? status.size == status.comp_size
                                                           : deflate_can_hold(status.comp_size, status.size);
  if (status.comp_size > archive_->file_bytes || !possible)
    throw file_error(entry.where, "the archive is damaged: its sizes cannot be ({} bytes of {} in a file of {})",
                     status.size, status.comp_size, archive_->file_bytes);
  entry.file.reset(zip_fopen(archive_->zip, file_name.c_str(), 0));
  if (!entry.file) throw zip_failure(entry.where, "open", zip_get_error(archive_->zip));

  std::vector<uint8_t> head(kNpyPrefix);
  head.resize(entry.read(head));
  const size_t known = head.size(), offset = npy_data_offset(head, entry.where);
  // Version 1's shortest header ends before the prefix does, and no array has that: its text needs more.
  if (offset < known) throw file_error(entry.where, "the npy header is too short");
  head.resize(offset);
  head.resize(known + entry.read(std::span(head).subspan(known)));
  entry.header = parse_npy_header(head, entry.where);
  if (status.size - offset != entry.header.data_bytes)
    throw file_error(entry.where, "holds another number of bytes than its shape {} of {} says (got {}, expected {})",
                     to_string(entry.header.shape), to_string(entry.header.dtype), status.size - offset,
                     entry.header.data_bytes);
  return entry;
}

NpyHeader Npz::header(const std::string& name) const { return open(name).header; }

Array Npz::read(const std::string& name) const {
  Entry entry = open(name);
  Array flat(entry.header.dtype, entry.header.shape);
  const size_t got = entry.read({static_cast<uint8_t*>(flat.data()), flat.bytes()});
  if (got < flat.bytes()) throw file_error(entry.where, "ends early (got {} of {} bytes)", got, flat.bytes());
  // The checksum is compared at the end, which is only seen by reading past it.
  uint8_t past[1];
  if (entry.read(past) != 0) throw file_error(entry.where, "is longer than the archive says");
  return npy_array(entry.header, std::move(flat));
}

void save_npz(const std::string& path, std::span<const NamedTensor> arrays, NpzWriteOptions options) {
  std::vector<std::string> files;  // must live until the archive is closed
  for (const NamedTensor& array : arrays) {
    files.push_back(npy_header(array.dtype, array.shape));
    files.back().append(static_cast<const char*>(array.data), array.bytes());
  }
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* memory = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_t* zip = memory == nullptr ? nullptr : zip_open_from_source(memory, ZIP_TRUNCATE, &error);
  if (zip == nullptr) {
    if (memory != nullptr) zip_source_free(memory);
    throw zip_failure(path, "make the archive", &error);
  }
  const std::unique_ptr<zip_source_t, void (*)(zip_source_t*)> kept(memory, zip_source_free);
  zip_source_keep(memory);
  const auto check = [&](bool done) {
    if (done) return;
    const Error failure = zip_failure(path, "make the archive", zip_get_error(zip));
    zip_discard(zip);
    throw failure;
  };
  for (size_t i = 0; i < arrays.size(); ++i) {
    zip_source_t* source = zip_source_buffer(zip, files[i].data(), files[i].size(), 0);
    check(source != nullptr);
    const zip_int64_t added =
        zip_file_add(zip, (arrays[i].name + std::string(kSuffix)).c_str(), source, ZIP_FL_ENC_UTF_8);
    if (added < 0) zip_source_free(source);
    check(added >= 0);
    const auto place = static_cast<zip_uint64_t>(added);
    check(zip_set_file_compression(zip, place, options.compress ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0) == 0);
    // 1980-01-01, zip's first day: the same arrays make the same file.
    check(zip_file_set_dostime(zip, place, 0, 0x21, 0) == 0);
  }
  check(zip_close(zip) == 0);

  zip_stat_t status;
  std::string bytes;
  if (arrays.empty()) {
    bytes = std::string("PK\5\6", 4) + std::string(18, '\0');  // libzip makes no file of an empty archive
  } else {
    if (zip_source_stat(memory, &status) != 0 || zip_source_open(memory) != 0)
      throw zip_failure(path, "make the archive", zip_source_error(memory));
    bytes.resize(status.size);
    const zip_int64_t got = zip_source_read(memory, bytes.data(), bytes.size());
    zip_source_close(memory);
    if (got != static_cast<zip_int64_t>(bytes.size())) throw file_error(path, "cannot make the archive");
  }
  write_file_atomically(path, bytes);
}

}  // namespace fovea
