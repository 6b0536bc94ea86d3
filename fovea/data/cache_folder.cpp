#include "fovea/data/cache_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "fovea/base/error.h"
#include "fovea/base/file.h"

namespace fovea {
namespace {

constexpr const char* kExtensions[] = {".pictures", ".shape", ".features"};

Error cannot(const std::string& path, const char* doing, int code) {
  return file_error(path, "cannot {}: {}", doing, std::strerror(code));
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string usual_path() {
  if (const std::string own = variable("FOVEA_CACHE_DIR"); !own.empty()) return own;
  // As the XDG specification has it, a path that is not absolute is passed over.
  if (const std::string xdg = variable("XDG_CACHE_HOME"); xdg.starts_with('/')) return xdg + "/fovea";
  const std::string home = variable("HOME");
  return home.empty() ? "" : home + "/.cache/fovea";
}

// "20G", "1.5T", "4096"; powers of 1024.
uint64_t parse_size(const std::string& text) {
  double number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
  if (unit.ends_with('B')) unit.remove_suffix(1);
  constexpr std::string_view kUnits = "KMGT";
  const size_t power = unit.empty() ? 0 : kUnits.find(unit) + 1;
  const double bytes = number * static_cast<double>(uint64_t{1} << (10 * std::min<size_t>(power, 4)));
  if (code != std::errc() || unit.size() > 1 || (!unit.empty() && power == 0) || !(bytes >= 1) || bytes > 0x1p62)
    throw usage_error("FOVEA_CACHE_SIZE", "is no size (got \"{}\", expected 20G or the like: K, M, G or T)", text);
  return static_cast<uint64_t>(bytes);
}

std::string readable(uint64_t bytes) {
  const auto number = static_cast<double>(bytes);
  return bytes < 1'000'000'000 ? fmt::format("{:.1f} MB", number / 1e6) : fmt::format("{:.1f} GB", number / 1e9);
}

bool is_cached_name(const std::string& name) {
  return std::any_of(std::begin(kExtensions), std::end(kExtensions), [&](const char* end) { return name.ends_with(end); });
}

int open_file(const std::string& path, int flags, mode_t mode = 0) {
  int descriptor;
  do descriptor = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  while (descriptor < 0 && errno == EINTR);
  return descriptor;
}

// Removes a file unless somebody has it locked.
bool remove_unless_used(const std::string& path) {
  const int descriptor = open_file(path, O_RDONLY);
  if (descriptor < 0) return errno == ENOENT;
  const bool removed = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0 && ::unlink(path.c_str()) == 0;
  ::close(descriptor);
  return removed;
}

// When a file was used, whatever the disk is mounted with, and finer than the system's own ticks. Where the folder is read
// only, nobody makes room either.
void note_use(int descriptor) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  const timespec times[] = {now, now};
  static_cast<void>(::futimens(descriptor, times));
}

}  // namespace

CacheFolder::CacheFolder(std::string path, uint64_t limit)
    : path_(path.empty() ? usual_path() : std::move(path)), limit_(limit) {
  while (path_.size() > 1 && path_.ends_with('/')) path_.pop_back();
  if (const std::string size = variable("FOVEA_CACHE_SIZE"); limit_ == 0 && !size.empty()) limit_ = parse_size(size);
}

std::vector<CacheFolder::File> CacheFolder::files() const {
  std::vector<File> all;
  if (path_.empty() || !folder_exists(path_)) return all;
  for (const FolderEntry& entry : list_folder(path_)) {
    struct stat status {};
    if (entry.is_folder || !is_cached_name(entry.name) || ::stat((path_ + "/" + entry.name).c_str(), &status) != 0) continue;
    all.push_back({entry.name, static_cast<uint64_t>(status.st_size),
                   int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec});
  }
  std::stable_sort(all.begin(), all.end(), [](const File& a, const File& b) { return a.used < b.used; });
  return all;
}

uint64_t CacheFolder::bytes() const {
  uint64_t sum = 0;
  for (const File& file : files()) sum += file.bytes;
  return sum;
}

uint64_t CacheFolder::limit() const {
  if (limit_ > 0) return limit_;
  struct statvfs disk {};
  if (path_.empty() || ::statvfs(path_.c_str(), &disk) != 0) return 0;
  return (static_cast<uint64_t>(disk.f_bavail) * disk.f_frsize + bytes()) / 2;
}

void CacheFolder::make_room(uint64_t bytes) const {
  if (path_.empty()) throw file_error("cache", "there is no folder for it (expected FOVEA_CACHE_DIR or HOME)");
  create_folders(path_);
  remove_leftovers();
  const uint64_t most = limit();
  uint64_t held = this->bytes();
  for (const File& file : files()) {
    if (held + bytes <= most || bytes > most) break;
    if (remove_unless_used(path_ + "/" + file.name)) held -= std::min(held, file.bytes);
  }
  if (held + bytes > most)
    throw file_error(path_, "the cache may not hold so much (got {}{}, expected at most {}; FOVEA_CACHE_SIZE sets it)",
                     readable(bytes), bytes > most ? "" : fmt::format(" besides {} in use", readable(held)), readable(most));
}

uint64_t CacheFolder::clear() const {
  uint64_t sum = 0;
  for (const File& file : files())
    if (::unlink((path_ + "/" + file.name).c_str()) == 0) sum += file.bytes;
    else if (errno != ENOENT) throw cannot(path_ + "/" + file.name, "remove", errno);
  if (!path_.empty() && folder_exists(path_)) remove_leftovers();
  return sum;
}

void CacheFolder::remove_leftovers() const {
  for (const FolderEntry& entry : list_folder(path_))
    if (!entry.is_folder && is_temporary_name(entry.name)) remove_unless_used(path_ + "/" + entry.name);
}

CacheFile CacheFile::open(const std::string& path) {
  CacheFile file;
  file.path_ = path;
  file.descriptor_ = open_file(path, O_RDONLY);
  if (!file) return file;
  ::flock(file.descriptor_, LOCK_SH | LOCK_NB);
  note_use(file.descriptor_);
  return file;
}

CacheFile CacheFile::create(const std::string& path, uint64_t bytes) {
  static std::atomic<unsigned> counter = 0;
  const std::string folder = path.substr(0, path.rfind('/'));
  CacheFile file;
  file.path_ = path;
  // Somebody who removes what was left behind may do so before the lock is ours.
  for (struct stat status {}; status.st_nlink == 0;) {
    if (file) ::close(std::exchange(file.descriptor_, -1));
    file.temporary_ = fmt::format("{}/.fovea-{}-cache-{}.tmp", folder, ::getpid(), counter++);
    file.descriptor_ = open_file(file.temporary_, O_RDWR | O_CREAT | O_EXCL, 0666);
    if (!file && errno == EEXIST) continue;
    if (!file) throw cannot(path, "write", errno);
    ::flock(file.descriptor_, LOCK_EX);
    if (::fstat(file.descriptor_, &status) != 0) throw cannot(path, "write", errno);
  }
  int code;
  do code = ::posix_fallocate(file.descriptor_, 0, static_cast<off_t>(bytes));
  while (code == EINTR);
  if (code != 0) throw cannot(path, "write", code);
  return file;
}

CacheFile::CacheFile(CacheFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, "")),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

CacheFile& CacheFile::operator=(CacheFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(temporary_, other.temporary_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

CacheFile::~CacheFile() {
  if (descriptor_ < 0) return;
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
  ::close(descriptor_);
}

void CacheFile::write(uint64_t place, const void* bytes, uint64_t count) const {
  for (uint64_t done = 0; done < count;) {
    const ssize_t put = ::pwrite(descriptor_, static_cast<const char*>(bytes) + done,
                                 static_cast<size_t>(std::min<uint64_t>(count - done, uint64_t{1} << 30)),
                                 static_cast<off_t>(place + done));
    if (put >= 0) done += static_cast<uint64_t>(put);
    else if (errno != EINTR) throw cannot(path_, "write", errno);
  }
}

void CacheFile::keep() {
  note_use(descriptor_);
  if (::fsync(descriptor_) != 0 || ::rename(temporary_.c_str(), path_.c_str()) != 0) throw cannot(path_, "write", errno);
  temporary_.clear();
  ::flock(descriptor_, LOCK_SH);  // others may read it
}

}  // namespace fovea
