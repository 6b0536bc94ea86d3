#include "fovea/train/run_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <utility>

#include "fovea/base/error.h"
#include "fovea/base/file.h"

namespace fovea {
namespace {

constexpr size_t kMaxName = 200;

// Names of folders that every tool can handle: no line breaks, no terminal escapes.
bool has_control_characters(const std::string& name) {
  return std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

void check_name(const std::string& name) {
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos ||
      has_control_characters(name) || name.size() > kMaxName || is_temporary_name(name))
    throw usage_error("name", "a run cannot be called so (got \"{}\", expected the name of a new folder)", name);
}

bool exists(const std::string& path) {
  struct stat status;
  return ::lstat(path.c_str(), &status) == 0;
}

void check_space(const std::string& folder, uint64_t space) {
  struct statvfs status;
  if (::statvfs(folder.c_str(), &status) != 0) return;  // what cannot be known before is seen when files are written
  const uint64_t free = static_cast<uint64_t>(status.f_bavail) * status.f_frsize;
  if (free < space)
    throw file_error(folder, "the disk is too full for a run (got {} KiB free, expected at least {} KiB)", free / 1024,
                     (space + 1023) / 1024);
}

// Some file systems have no locks: then everybody has it.
bool try_lock(int descriptor, int kind) { return ::flock(descriptor, kind | LOCK_NB) == 0 || errno != EWOULDBLOCK; }

// A folder under construction: gone unless it was published.
class Construction {
 public:
  explicit Construction(const std::string& parent) {
    int number = 0;
    do {
      path_ = fmt::format("{}/.fovea-{}-run{}.tmp", parent, ::getpid(), number++);
      if (::mkdir(path_.c_str(), 0777) == 0) return;
    } while (errno == EEXIST);
    throw file_error(parent, "cannot create a run folder: {}", std::strerror(errno));
  }
  Construction(const Construction&) = delete;
  Construction& operator=(const Construction&) = delete;
  ~Construction() {
    if (published_) return;  // the temporary name may be somebody else's by now
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

  // Whether the name was still free.
  bool publish_as(const std::string& path) {
    if (exists(path)) return false;
    try {
      publish(path_, path);
    } catch (const Error&) {
      if (exists(path_) && exists(path)) return false;
      throw;
    }
    published_ = true;
    return true;
  }

 private:
  std::string path_;
  bool published_ = false;
};

}  // namespace

int run_number(const std::string& name, const std::string& stem) {
  int number = 0;
  if (!name.starts_with(stem + "-")) return 0;
  const char* end = name.data() + name.size();
  const auto [stop, code] = std::from_chars(name.data() + stem.size() + 1, end, number);
  return code == std::errc() && stop == end && number > 0 ? number : 0;
}

std::string create_run_folder(const RunFolderOptions& options) {
  if (!options.name.empty()) check_name(options.name);
  const std::string parent = options.runs + "/" + options.kind;
  const auto taken = [&] {
    return usage_error("name", "there is a run of this name already (got {}, expected a new name)",
                       parent + "/" + options.name);
  };
  if (!options.name.empty() && exists(parent + "/" + options.name)) throw taken();
  create_folders(parent);
  check_space(parent, options.space);
  Construction folder(parent);
  for (const RunFile& file : options.files) write_file_atomically(folder.path() + "/" + file.name, file.content);
  options.fill(folder.path());
  if (!options.name.empty()) {
    if (!folder.publish_as(parent + "/" + options.name)) throw taken();
    return parent + "/" + options.name;
  }
  int number = 1;
  for (const FolderEntry& entry : list_folder(parent))
    number = std::max(number, run_number(entry.name, options.stem) + 1);
  std::string path;
  do path = fmt::format("{}/{}-{:03}", parent, options.stem, number++);
  while (!folder.publish_as(path));
  return path;
}

RunLock::RunLock(const std::string& run) : descriptor_(::open(run.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (descriptor_ < 0) throw file_error(run, "cannot open the run folder: {}", std::strerror(errno));
  do
    if (try_lock(descriptor_, LOCK_EX)) return;
  while (try_lock(descriptor_, LOCK_SH));  // somebody only asked whether it is locked
  ::close(descriptor_);
  throw file_error(run, "another process is working on this run");
}

RunLock::RunLock(RunLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

RunLock::~RunLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool is_locked(const std::string& run) {
  const int descriptor = ::open(run.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool locked = !try_lock(descriptor, LOCK_SH);
  ::close(descriptor);
  return locked;
}

void remove_leftovers(const std::string& run) {
  for (const std::string& folder : {run, run + "/checkpoint"}) {
    if (!folder_exists(folder)) continue;
    for (const FolderEntry& entry : list_folder(folder)) {
      std::error_code ignored;
      if (is_temporary_name(entry.name)) std::filesystem::remove_all(folder + "/" + entry.name, ignored);
    }
  }
}

std::string folder_stem(const std::string& text) {
  std::string stem;
  for (const char c : text) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
    if (plain) {
      stem += c;
    } else if (!stem.empty() && stem.back() != '-') {
      stem += '-';
    }
  }
  while (!stem.empty() && stem.back() == '-') stem.pop_back();
  stem.erase(0, std::min(stem.find_first_not_of(".-"), stem.size()));
  return stem.empty() ? "run" : stem.substr(0, kMaxName / 2);
}

std::string run_model_file(const std::string& run) {
  for (const char* name : {"best.safetensors", "model.safetensors"})
    if (const std::string path = run + "/" + name; file_exists(path)) return path;
  throw file_error(run, "is no run folder (it holds neither best.safetensors nor model.safetensors)");
}

}  // namespace fovea
