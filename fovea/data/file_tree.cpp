#include "fovea/data/file_tree.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace fovea {
namespace {

constexpr size_t kMaxDepth = 64;
constexpr uint64_t kMaxFile = uint64_t{256} << 20;

// As read_file, into memory that is there.
void read_again(const std::string& path, std::string& content) {
  FileReader reader(path);
  if (reader.size() > kMaxFile)
    throw file_error(path, "the file is too large (got {} bytes, expected at most {})", reader.size(), kMaxFile);
  content.resize(static_cast<size_t>(reader.size()));
  content.resize(reader.read({reinterpret_cast<uint8_t*>(content.data()), content.size()}));
}

class Folder final : public FileTree {
 public:
  explicit Folder(std::string path) : root_(std::move(path)) {
    while (root_.size() > 1 && root_.ends_with('/')) root_.pop_back();
  }

  const std::string& root() const override { return root_; }

  std::vector<Entry> list() const override {
    std::vector<Entry> all;
    std::vector<Place> above;
    list_into(all, "", above);
    return all;
  }

  void read(const std::vector<std::string>& paths, ThreadPool& pool, const std::function<void(size_t, Bytes)>& take,
            const std::function<void(size_t, const Error&)>& refuse) const override {
    pool.run(static_cast<int>(paths.size()), [&](int task) {
      const auto i = static_cast<size_t>(task);
      thread_local std::string content;  // its memory is used again
      try {
        const std::string path = whole(paths[i]);
        std::error_code code;
        const auto status = std::filesystem::status(path, code);
        if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
          throw file_error(path, "is no regular file");  // a pipe would be waited for
        read_again(path, content);
      } catch (const Error& error) {
        return refuse(i, error);
      }
      take(i, as_bytes(content));
    });
  }

  std::vector<FileIdentity> identities(const std::vector<std::string>& paths, ThreadPool& pool) const override {
    std::vector<FileIdentity> all(paths.size());
    pool.run(static_cast<int>(paths.size()), [&](int task) {
      const auto i = static_cast<size_t>(task);
      all[i] = identity_of(whole(paths[i]));
    });
    return all;
  }

 private:
  using Place = std::pair<dev_t, ino_t>;  // of a folder, whatever its name

  std::string whole(const std::string& path) const { return path.starts_with('/') ? path : root_ + "/" + path; }

  // `above`: the folders on the way down. What a link that leads back to one of them holds is listed already.
  void list_into(std::vector<Entry>& all, const std::string& below, std::vector<Place>& above) const {
    const std::string path = below.empty() ? root_ : shown(below), prefix = below.empty() ? "" : below + "/";
    struct stat status {};
    ::stat(path.c_str(), &status);
    const Place place(status.st_dev, status.st_ino);
    if (std::find(above.begin(), above.end(), place) != above.end()) return;
    if (above.size() > kMaxDepth)
      throw file_error(path, "folders are nested too deeply (expected at most {})", kMaxDepth);
    if (!below.empty()) all.push_back({below, true});
    above.push_back(place);
    const auto entries = list_folder(path);
    for (const FolderEntry& entry : entries)
      if (!entry.is_folder && !is_clutter(entry.name)) all.push_back({prefix + entry.name, false});
    for (const FolderEntry& entry : entries)
      if (entry.is_folder && !is_clutter(entry.name)) list_into(all, prefix + entry.name, above);
    above.pop_back();
  }

  std::string root_;
};

}  // namespace

FileIdentity identity_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  const auto nanoseconds = [](const timespec& time) { return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; };
  return {.exists = 1,
          .size = static_cast<uint64_t>(status.st_size),
          .inode = status.st_ino,
          .modified = nanoseconds(status.st_mtim),
          .changed = nanoseconds(status.st_ctim)};
}

bool is_clutter(const std::string& name) {
  return name.starts_with('.') || name == "Thumbs.db" || name == "desktop.ini" || name == "__MACOSX";
}

std::shared_ptr<const FileTree> open_folder(const std::string& path) {
  if (!folder_exists(path)) throw file_error(path, "there is no such folder");
  return std::make_shared<Folder>(path);
}

}  // namespace fovea
