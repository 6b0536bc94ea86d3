#include "fovea/base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

#include "fovea/base/error.h"

namespace fovea {
namespace {

constexpr std::string_view kTemporaryPrefix = ".fovea-", kTemporarySuffix = ".tmp";
constexpr size_t kPiece = size_t{1} << 30;  // one read or write of Linux moves less than 2 GiB

Error system_error(const std::string& path, const char* doing, int code) {
  return file_error(path, "cannot {}: {}", doing, std::strerror(code));
}

std::string folder_of(const std::string& path) {
  const size_t slash =
      path.find_last_not_of('/') == std::string::npos ? std::string::npos : path.rfind('/', path.find_last_not_of('/'));
  if (slash == std::string::npos) return path.starts_with('/') ? "/" : ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

int open_retrying(const std::string& path, int flags, mode_t mode = 0) {
  // The system's calls end at the first zero byte: such a name is another one.
  if (path.find('\0') != std::string::npos) {
    errno = EINVAL;
    return -1;
  }
  int descriptor;
  do descriptor = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  while (descriptor < 0 && errno == EINTR);
  return descriptor;
}

// Syncs what a folder lists, so that a rename survives a power cut. Some file systems cannot, and say EINVAL.
void sync_folder(const std::string& folder) {
  const int descriptor = open_retrying(folder, O_RDONLY | O_DIRECTORY);
  if (descriptor < 0) {
    // A folder that may be written to and not read cannot be synced.
    if (errno == EACCES) return;
    throw system_error(folder, "open the folder", errno);
  }
  const int code = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  if (code != 0 && code != EINVAL && code != ENOTSUP && code != EROFS)
    throw system_error(folder, "sync the folder", code);
}

struct stat status_of(int descriptor, const std::string& path) {
  struct stat status;
  if (::fstat(descriptor, &status) != 0) throw system_error(path, "read its size", errno);
  if (S_ISDIR(status.st_mode)) throw file_error(path, "is a folder, expected a file");
  return status;
}

// A descriptor that is closed when an Error passes.
struct Closing {
  int descriptor;
  ~Closing() { ::close(descriptor); }
};

// Where a link leads in the end, be there a file or not; any other path is its own.
std::string followed(const std::string& path) {
  std::filesystem::path at = path;
  for (int links = 0; links < 40; ++links) {  // as many as the system follows
    std::error_code no_link;
    const std::filesystem::path target = std::filesystem::read_symlink(at, no_link);
    if (no_link) return at.string();
    at = at.parent_path() / target;
  }
  throw system_error(path, "follow the link", ELOOP);
}

// The names of temporary files, where exit_at_once() finds them. Who takes a name out may use it. Of more than there is
// room for, the rest is not remembered.
std::atomic<const std::string*> temporaries[64];
std::atomic<bool> ending = false;

// Puts the new one in the place of the old one, if that has a place.
bool exchange(const std::string* old_name, const std::string* new_name) {
  return std::any_of(std::begin(temporaries), std::end(temporaries), [&](auto& place) {
    const std::string* expected = old_name;
    return place.compare_exchange_strong(expected, new_name);
  });
}

void remember(const std::string& name) { exchange(nullptr, &name); }

// A name that was taken out for the process's end must stay until then.
void forget(const std::string& name) {
  if (exchange(&name, nullptr)) return;
  while (ending) ::pause();
}

}  // namespace

bool file_exists(const std::string& path) {
  struct stat status;
  return ::stat(path.c_str(), &status) == 0 && !S_ISDIR(status.st_mode);
}

bool folder_exists(const std::string& path) {
  struct stat status;
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

std::string read_file(const std::string& path, uint64_t max_bytes) {
  FileReader reader(path);
  const auto too_large = [&](uint64_t size) {
    return file_error(path, "the file is too large (got {} bytes, expected at most {})", size, max_bytes);
  };
  if (reader.size() > max_bytes) throw too_large(reader.size());
  std::string text;
  size_t used = 0;
  // The size is a hint: pipes have none, and a file may grow while it is read.
  text.resize(static_cast<size_t>(reader.size()));
  while (true) {
    if (used == text.size()) {
      uint8_t more[4096];
      const size_t got = reader.read(more);
      if (got == 0) return text;
      text.append(reinterpret_cast<const char*>(more), got);
      used += got;
    } else {
      const size_t got = reader.read({reinterpret_cast<uint8_t*>(text.data()) + used, text.size() - used});
      used += got;
      if (used < text.size()) {
        text.resize(used);
        return text;
      }
    }
    if (used > max_bytes) throw too_large(used);
  }
}

std::vector<std::string> lines_of(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string& line = lines.emplace_back(text.substr(0, end));
    if (line.ends_with('\r')) line.pop_back();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

FileReader::FileReader(const std::string& path) : path_(path) {
  descriptor_ = open_retrying(path, O_RDONLY);
  if (descriptor_ < 0) throw system_error(path, "open", errno);
  try {
    const struct stat status = status_of(descriptor_, path);
    size_ = S_ISREG(status.st_mode) ? static_cast<uint64_t>(status.st_size) : 0;
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

FileReader::FileReader(FileReader&& other) noexcept
    : path_(std::move(other.path_)), size_(other.size_), descriptor_(std::exchange(other.descriptor_, -1)) {}

FileReader& FileReader::operator=(FileReader&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(size_, other.size_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FileReader::~FileReader() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

size_t FileReader::read(std::span<uint8_t> dst) {
  size_t done = 0;
  while (done < dst.size()) {
    const ssize_t got = ::read(descriptor_, dst.data() + done, std::min(kPiece, dst.size() - done));
    if (got == 0) break;
    if (got > 0) {
      done += static_cast<size_t>(got);
    } else if (errno != EINTR) {
      throw system_error(path_, "read", errno);
    }
  }
  return done;
}

void FileReader::read_exactly(std::span<uint8_t> dst) {
  const size_t got = read(dst);
  if (got < dst.size())
    throw file_error(path_, "the file ends early (got {} of the {} bytes expected here)", got, dst.size());
}

MappedFile::MappedFile(const std::string& path, uint64_t max_bytes) : path_(path) {
  const int descriptor = open_retrying(path, O_RDONLY);
  if (descriptor < 0) throw system_error(path, "open", errno);
  const Closing closing{descriptor};
  const struct stat status = status_of(descriptor, path);
  if (!S_ISREG(status.st_mode)) throw file_error(path, "is a pipe or a device, expected a file");
  const auto size = static_cast<uint64_t>(status.st_size);
  if (size > max_bytes)
    throw file_error(path, "the file is too large (got {} bytes, expected at most {})", size, max_bytes);
  if (size == 0) return;  // an empty map is an error to the system
  void* data = ::mmap(nullptr, static_cast<size_t>(size), PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (data == MAP_FAILED) throw system_error(path, "map into memory", errno);
  bytes_ = {static_cast<const uint8_t*>(data), static_cast<size_t>(size)};
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)), bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<uint8_t*>(bytes_.data()), bytes_.size());
}

void MappedFile::give_back(Bytes part) const {
  const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = (reinterpret_cast<uintptr_t>(part.data()) + page - 1) / page * page;
  const auto end = (reinterpret_cast<uintptr_t>(part.data()) + part.size()) / page * page;
  if (end > begin) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

AtomicFile::AtomicFile(const std::string& path) : path_(path) {
  if (path.empty()) throw file_error("\"\"", "cannot write: the name is empty");
  if (path.back() == '/') throw file_error(path, "cannot write: expected the name of a file, not of a folder");
  struct stat old;
  const bool replaces = ::stat(path.c_str(), &old) == 0;
  if (replaces && S_ISDIR(old.st_mode)) throw file_error(path, "cannot write: there is a folder of this name");
  if (replaces && !S_ISREG(old.st_mode)) {
    descriptor_ = open_retrying(path, O_WRONLY);
    if (descriptor_ < 0) throw system_error(path, "write", errno);
    return;
  }
  target_ = followed(path);
  // The name does not grow with the target's, which may be as long as the system allows already.
  static std::atomic<unsigned> counter = 0;
  const std::string folder = folder_of(target_);
  const mode_t mode = replaces ? old.st_mode & 0777 : 0666;
  do {
    temporary_ = fmt::format("{}/{}{}-{}{}", folder, kTemporaryPrefix, ::getpid(), counter++, kTemporarySuffix);
    remember(temporary_);
    descriptor_ = open_retrying(temporary_, O_WRONLY | O_CREAT | O_EXCL, mode);
    if (descriptor_ < 0) forget(temporary_);
  } while (descriptor_ < 0 && errno == EEXIST);
  if (descriptor_ < 0) {
    const int code = errno;
    if (code == ENOENT) throw file_error(path, "cannot write: there is no folder {}", folder);
    throw system_error(path, "write", code);
  }
  if (!replaces) return;
  // Whose the old one was is kept where the system allows it, and what others may do, which the umask has cut.
  [[maybe_unused]] const int ignored = ::fchown(descriptor_, old.st_uid, old.st_gid);
  ::fchmod(descriptor_, mode);
}

AtomicFile::~AtomicFile() {
  discard();
  if (!temporary_.empty()) forget(temporary_);
}

void AtomicFile::discard() noexcept {
  if (descriptor_ < 0) return;
  ::close(std::exchange(descriptor_, -1));
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void write_all(int descriptor, Bytes bytes, const std::string& path) {
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t put = ::write(descriptor, bytes.data() + done, std::min(kPiece, bytes.size() - done));
    if (put >= 0) {
      done += static_cast<size_t>(put);
    } else if (errno != EINTR) {
      throw system_error(path, "write", errno);
    }
  }
}

void append_all(int descriptor, Bytes bytes, const std::string& path) {
  const off_t size = ::lseek(descriptor, 0, SEEK_END);
  try {
    write_all(descriptor, bytes, path);
  } catch (const Error&) {
    // A device has no size; and an end that stays torn is one that readers skip.
    [[maybe_unused]] const int code = ::ftruncate(descriptor, size);
    throw;
  }
}

void AtomicFile::write(Bytes bytes) {
  try {
    write_all(descriptor_, bytes, path_);
  } catch (const Error&) {
    discard();
    throw;
  }
}

void AtomicFile::commit() {
  const auto fail = [&](int code) {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
    return system_error(path_, "write", code);
  };
  const int synced = temporary_.empty() || ::fsync(descriptor_) == 0 ? 0 : errno;
  const int closed = ::close(std::exchange(descriptor_, -1)) == 0 || errno == EINTR ? 0 : errno;
  if (synced != 0) throw fail(synced);
  if (closed != 0) throw fail(closed);
  if (temporary_.empty()) return;
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) throw fail(errno);
  sync_folder(folder_of(target_));
}

void write_file_atomically(const std::string& path, Bytes bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

void exit_at_once(int code) {
  ending = true;
  for (auto& place : temporaries)
    if (const std::string* name = place.exchange(nullptr)) ::unlink(name->c_str());
  ::_exit(code);
}

bool is_temporary_name(std::string_view name) {
  return name.starts_with(kTemporaryPrefix) && name.ends_with(kTemporarySuffix);
}

void create_folders(const std::string& path) {
  std::error_code code;
  std::filesystem::create_directories(path, code);
  if (folder_exists(path)) return;
  if (file_exists(path)) throw file_error(path, "cannot create the folder: there is a file of this name");
  throw system_error(path, "create the folder", code ? code.value() : EIO);
}

void publish(const std::string& temporary, const std::string& path) {
  if (::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0) {
    int code = errno;
    // A file system that does not know the flag: look, then rename.
    if (code == EINVAL || code == ENOSYS) {
      struct stat status;
      code = ::lstat(path.c_str(), &status) == 0 ? EEXIST : ::rename(temporary.c_str(), path.c_str()) == 0 ? 0 : errno;
    }
    if (code != 0) throw system_error(path, "create", code);
  }
  sync_folder(folder_of(path));
}

std::vector<FolderEntry> list_folder(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), ::closedir);
  if (!folder) throw system_error(path, "list the folder", errno);
  std::vector<FolderEntry> entries;
  while (true) {
    errno = 0;
    const dirent* entry = ::readdir(folder.get());
    if (entry == nullptr) {
      if (errno != 0) throw system_error(path, "list the folder", errno);
      break;
    }
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    const bool known = entry->d_type != DT_UNKNOWN && entry->d_type != DT_LNK;
    entries.push_back({name, known ? entry->d_type == DT_DIR : folder_exists(path + "/" + name)});
  }
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return entries;
}

}  // namespace fovea
