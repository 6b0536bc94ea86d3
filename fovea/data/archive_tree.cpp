// The files of an archive. It can only be read from its beginning on: pieces of it are read ahead and handed over
// together, so that all threads have something to do.
#include <algorithm>
#include <map>
#include <unordered_map>

#include "fovea/data/file_tree.h"
#include "fovea/formats/archive.h"

namespace fovea {
namespace {

constexpr uint64_t kMaxFile = uint64_t{256} << 20;
constexpr uint64_t kBytesAhead = uint64_t{64} << 20;
constexpr size_t kFilesAhead = 256;

bool has_clutter(const std::string& path) {
  for (size_t begin = 0; begin <= path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    if (is_clutter(path.substr(begin, end - begin))) return true;
    begin = end + 1;
  }
  return false;
}

// A folder while the list is made.
struct Node {
  std::map<std::string, Node> folders;
  std::vector<std::string> files;

  void list(const std::string& prefix, std::vector<FileTree::Entry>& all) {
    std::sort(files.begin(), files.end());
    files.erase(std::unique(files.begin(), files.end()), files.end());
    for (const std::string& file : files) all.push_back({prefix + file, false});
    for (auto& [name, node] : folders) {
      all.push_back({prefix + name, true});
      node.list(prefix + name + "/", all);
    }
  }
};

class ArchiveTree final : public FileTree {
 public:
  explicit ArchiveTree(const std::string& path) : root_(path) { ArchiveReader(path).next(); }

  const std::string& root() const override { return root_; }

  std::vector<Entry> list() const override {
    constexpr int kMaxDepth = 64;
    Node top;
    for (ArchiveReader reader(root_); reader.next();) {
      if (has_clutter(reader.name())) continue;
      Node* node = &top;
      size_t begin = 0;
      int depth = 0;
      for (size_t end; (end = reader.name().find('/', begin)) != std::string::npos; begin = end + 1) {
        if (++depth > kMaxDepth)
          throw file_error(shown(reader.name()), "folders are nested too deeply (expected at most {})", kMaxDepth);
        node = &node->folders[reader.name().substr(begin, end - begin)];
      }
      const std::string last = reader.name().substr(begin);
      if (reader.is_folder())
        node->folders[last];
      else
        node->files.push_back(last);
    }
    std::vector<Entry> all;
    top.list("", all);
    return all;
  }

  void read(const std::vector<std::string>& paths, ThreadPool& pool, const std::function<void(size_t, Bytes)>& take,
            const std::function<void(size_t, const Error&)>& refuse) const override {
    std::unordered_map<std::string, size_t> wanted;
    for (size_t i = 0; i < paths.size(); ++i) wanted.emplace(paths[i], i);
    std::vector<std::pair<size_t, std::string>> ahead;
    uint64_t bytes = 0;
    const auto hand_over = [&] {
      pool.run(static_cast<int>(ahead.size()), [&](int k) {
        const auto& [i, content] = ahead[static_cast<size_t>(k)];
        take(i, as_bytes(content));
      });
      ahead.clear();
      bytes = 0;
    };
    for (ArchiveReader reader(root_); !wanted.empty() && reader.next();) {
      const auto found = wanted.find(reader.name());
      if (found == wanted.end() || reader.is_folder()) continue;
      try {
        ahead.emplace_back(found->second, reader.read(kMaxFile));
        bytes += ahead.back().second.size();
      } catch (const Error& error) {
        refuse(found->second, error);
      }
      wanted.erase(found);
      if (bytes >= kBytesAhead || ahead.size() >= kFilesAhead) hand_over();
    }
    hand_over();
    for (const auto& [path, i] : wanted) refuse(i, file_error(shown(path), "is not in the archive any more"));
  }

  std::vector<FileIdentity> identities(const std::vector<std::string>& paths, ThreadPool&) const override {
    return std::vector<FileIdentity>(paths.size(), identity_of(root_));
  }

 private:
  std::string root_;
};

}  // namespace

std::shared_ptr<const FileTree> open_archive(const std::string& path) { return std::make_shared<ArchiveTree>(path); }

}  // namespace fovea
