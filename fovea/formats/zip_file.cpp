#include "fovea/formats/zip_file.h"

#include <zip.h>

#include <algorithm>
#include <utility>

#include "fovea/base/error.h"
#include "fovea/base/names.h"
#include "fovea/formats/sizes.h"

namespace fovea {
namespace {

Error zip_failure(const std::string& where, const std::string& doing, zip_error_t* error) {
  return file_error(where, "cannot {}: {}", doing, zip_error_strerror(error));
}

Error zip_failure(const std::string& where, const std::string& doing, int code) {
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  const Error failure = zip_failure(where, doing, &error);
  zip_error_fini(&error);
  return failure;
}

std::string reading_it_as(const char* what) { return std::string("read it as ") + what; }

}  // namespace

struct ZipMember::State {
  zip_file_t* file = nullptr;
  ~State() {
    if (file != nullptr) zip_fclose(file);
  }
};

ZipMember::ZipMember(std::unique_ptr<State> state, std::string where, uint64_t size)
    : state_(std::move(state)), where_(std::move(where)), size_(size) {}
ZipMember::ZipMember(ZipMember&&) noexcept = default;
ZipMember& ZipMember::operator=(ZipMember&&) noexcept = default;
ZipMember::~ZipMember() = default;

size_t ZipMember::read(std::span<uint8_t> dst) {
  size_t done = 0;
  while (done < dst.size()) {
    const zip_int64_t got = zip_fread(state_->file, dst.data() + done, dst.size() - done);
    if (got < 0) throw zip_failure(where_, "read", zip_file_get_error(state_->file));
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  return done;
}

void ZipMember::finish() {
  uint8_t past[1];
  if (read(past) != 0) throw file_error(where_, "is longer than the archive says");
}

struct ZipFile::State {
  zip_t* zip = nullptr;
  uint64_t file_bytes = 0;
  ~State() {
    if (zip != nullptr) zip_discard(zip);
  }
};

ZipFile::ZipFile(const std::string& path, const char* what) : where_(path), state_(std::make_unique<State>()) {
  state_->file_bytes = FileReader(path).size();  // also says what is wrong with a file that cannot be opened
  int code = 0;
  state_->zip = zip_open(path.c_str(), ZIP_RDONLY, &code);
  if (state_->zip == nullptr) throw zip_failure(where_, reading_it_as(what), code);
  if (state_->file_bytes == 0) throw file_error(where_, "is an empty file, expected {}", what);
  index();
}

ZipFile::ZipFile(Bytes bytes, const std::string& where, const char* what)
    : where_(where), state_(std::make_unique<State>()) {
  if (bytes.empty()) throw file_error(where_, "is an empty file, expected {}", what);
  state_->file_bytes = bytes.size();
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (source != nullptr) state_->zip = zip_open_from_source(source, ZIP_RDONLY, &error);
  if (state_->zip == nullptr) {
    if (source != nullptr) zip_source_free(source);
    const Error failure = zip_failure(where_, reading_it_as(what), &error);
    zip_error_fini(&error);
    throw failure;
  }
  zip_error_fini(&error);
  index();
}

ZipFile::ZipFile(ZipFile&&) noexcept = default;
ZipFile& ZipFile::operator=(ZipFile&&) noexcept = default;
ZipFile::~ZipFile() = default;

void ZipFile::index() {
  const zip_int64_t entries = zip_get_num_entries(state_->zip, 0);
  for (zip_int64_t i = 0; i < entries; ++i)
    if (const char* name = zip_get_name(state_->zip, static_cast<zip_uint64_t>(i), 0)) names_.emplace_back(name);
}

bool ZipFile::has(const std::string& name) const {
  return std::find(names_.begin(), names_.end(), name) != names_.end();
}

ZipMember ZipFile::open(const std::string& name) const {
  if (!has(name)) throw file_error(where_, "has no member \"{}\"{}", name, did_you_mean(name, names_));
  const std::string where = where_ + ": " + name;
  zip_stat_t status;
  if (zip_stat(state_->zip, name.c_str(), 0, &status) != 0)
    throw zip_failure(where, "find it in the archive", zip_get_error(state_->zip));
  constexpr zip_uint64_t kNeeded = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
  if ((status.valid & kNeeded) != kNeeded) throw file_error(where, "the archive does not say its size");
  if (status.comp_method != ZIP_CM_STORE && status.comp_method != ZIP_CM_DEFLATE)
    throw file_error(where, "compressed by a method that is not supported (got {}, expected 0 (stored) or 8 (deflated))",
                     status.comp_method);
  const bool possible = status.comp_method == ZIP_CM_STORE ? status.size == status.comp_size
                                                           : deflate_can_hold(status.comp_size, status.size);
  if (status.comp_size > state_->file_bytes || !possible)
    throw file_error(where, "the archive is damaged: its sizes cannot be ({} bytes of {} in a file of {})", status.size,
                     status.comp_size, state_->file_bytes);
  auto member = std::make_unique<ZipMember::State>();
  member->file = zip_fopen(state_->zip, name.c_str(), 0);
  if (member->file == nullptr) throw zip_failure(where, "open", zip_get_error(state_->zip));
  return {std::move(member), where, status.size};
}

std::string ZipFile::read(const std::string& name, uint64_t max_bytes) const {
  ZipMember member = open(name);
  if (member.size() > max_bytes)
    throw file_error(member.where(), "is too long (got {} bytes, expected at most {})", member.size(), max_bytes);
  std::string content(static_cast<size_t>(member.size()), '\0');
  const size_t got = member.read({reinterpret_cast<uint8_t*>(content.data()), content.size()});
  if (got < content.size()) throw file_error(member.where(), "ends early (got {} of {} bytes)", got, content.size());
  member.finish();
  return content;
}

void save_zip(const std::string& path, std::span<const std::pair<std::string, Bytes>> members,
              ZipWriteOptions options) {
  // libzip makes no file of an empty archive.
  if (members.empty()) return write_file_atomically(path, std::string("PK\5\6", 4) + std::string(18, '\0'));
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
  for (const auto& [name, content] : members) {
    zip_source_t* source = zip_source_buffer(zip, content.data(), content.size(), 0);
    check(source != nullptr);
    const zip_int64_t added = zip_file_add(zip, name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (added < 0) zip_source_free(source);
    check(added >= 0);
    const auto place = static_cast<zip_uint64_t>(added);
    check(zip_set_file_compression(zip, place, options.compress ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0) == 0);
    // 1980-01-01, zip's first day: the same members make the same file.
    check(zip_file_set_dostime(zip, place, 0, 0x21, 0) == 0);
  }
  check(zip_close(zip) == 0);

  zip_stat_t status;
  if (zip_source_stat(memory, &status) != 0 || zip_source_open(memory) != 0)
    throw zip_failure(path, "make the archive", zip_source_error(memory));
  const std::unique_ptr<zip_source_t, int (*)(zip_source_t*)> opened(memory, zip_source_close);
  AtomicFile file(path);
  std::vector<uint8_t> piece(size_t{1} << 20);
  for (uint64_t left = status.size; left > 0;) {
    const zip_int64_t got = zip_source_read(memory, piece.data(), std::min<uint64_t>(left, piece.size()));
    if (got <= 0) throw file_error(path, "cannot make the archive");
    file.write(Bytes(piece).first(static_cast<size_t>(got)));
    left -= static_cast<uint64_t>(got);
  }
  file.commit();
}

}  // namespace fovea
