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
constexpr int kMaxLinks = 40;  // one behind the other: as many as the system follows

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

// A file's content, for all that links make of it.
struct Content {
  std::vector<size_t> files;
  std::string bytes;
};

class ArchiveTree final : public FileTree {
 public:
  explicit ArchiveTree(const std::string& path) : root_(path) {
    Node top;
    std::unordered_map<std::string, int> files;
    for (ArchiveReader reader(root_); reader.next();) {
      if (reader.is_file() && ++files[reader.name()] > 1) written_again_[reader.name()] = files[reader.name()];
      if (reader.link()) links_.emplace(reader.name(), *reader.link());
      if (!has_clutter(reader.name())) add(reader, top);
    }
    top.list("", entries_);
    for (Entry& entry : entries_)
      if (!entry.is_folder && !files.contains(behind_links(entry.path)))
        entry.problem = fmt::format("is a link to {}, which is no file of the archive", links_.at(entry.path));
  }

  const std::string& root() const override { return root_; }

  std::vector<Entry> list() const override { return entries_; }

  void read(const std::vector<std::string>& paths, ThreadPool& pool, const std::function<void(size_t, Bytes)>& take,
            const std::function<void(size_t, const Error&)>& refuse) const override {
    std::unordered_map<std::string, std::vector<size_t>> wanted;
    for (size_t i = 0; i < paths.size(); ++i) wanted[behind_links(paths[i])].push_back(i);
    std::vector<Content> ahead;
    uint64_t bytes = 0;
    const auto hand_over = [&] {
      pool.run(static_cast<int>(ahead.size()), [&](int k) {
        const Content& content = ahead[static_cast<size_t>(k)];
        for (const size_t i : content.files) take(i, as_bytes(content.bytes));
      });
      ahead.clear();
      bytes = 0;
    };
    std::unordered_map<std::string, int> to_come = written_again_;
    for (ArchiveReader reader(root_); !wanted.empty() && reader.next();) {
      const auto found = wanted.find(reader.name());
      if (found == wanted.end() || !reader.is_file()) continue;
      // Of several of a name the last is what unpacking leaves.
      if (const auto again = to_come.find(reader.name()); again != to_come.end() && --again->second > 0) continue;
      try {
        ahead.push_back({found->second, reader.read(kMaxFile)});
        bytes += ahead.back().bytes.size();
      } catch (const Error& error) {
        for (const size_t i : found->second) refuse(i, error);
      }
      wanted.erase(found);
      if (bytes >= kBytesAhead || ahead.size() >= kFilesAhead) hand_over();
    }
    hand_over();
    for (const auto& [name, files] : wanted)
      for (const size_t i : files) refuse(i, file_error(shown(paths[i]), "is not in the archive any more"));
  }

  std::vector<FileIdentity> identities(const std::vector<std::string>& paths, ThreadPool&) const override {
    return std::vector<FileIdentity>(paths.size(), identity_of(root_));
  }

 private:
  void add(const ArchiveReader& reader, Node& top) const {
    constexpr int kMaxDepth = 64;
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

  // The name under which a file's content lies in the archive.
  const std::string& behind_links(const std::string& path) const {
    const std::string* name = &path;
    for (int i = 0; i < kMaxLinks; ++i) {
      const auto link = links_.find(*name);
      if (link == links_.end()) break;
      name = &link->second;
    }
    return *name;
  }

  std::string root_;
  std::vector<Entry> entries_;
  std::unordered_map<std::string, std::string> links_;
  std::unordered_map<std::string, int> written_again_;  // files that come more than once: how often
};

}  // namespace

std::shared_ptr<const FileTree> open_archive(const std::string& path) { return std::make_shared<ArchiveTree>(path); }

}  // namespace fovea
