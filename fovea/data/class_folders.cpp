#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "fovea/base/error.h"
#include "fovea/data/labels.h"
#include "fovea/data/picture_files.h"

namespace fovea {
namespace {

std::optional<SplitKind> split_of(const std::string& name) {
  if (name == "train") return SplitKind::train;
  if (name == "val" || name == "validation") return SplitKind::validation;
  if (name == "test") return SplitKind::test;
  return std::nullopt;
}

// What lies right in a folder.
struct Content {
  std::vector<std::string> folders;
  int64_t files = 0;
};

class ClassFolders {
 public:
  explicit ClassFolders(std::shared_ptr<const FileTree> tree) : entries_(tree->list()) {
    result_.name = data_name(tree->root());
    std::erase_if(entries_, [&](const FileTree::Entry& entry) {
      if (!entry.problem.empty()) result_.broken.push_back({tree->shown(entry.path), entry.problem});
      return !entry.problem.empty();
    });
    result_.tree = std::move(tree);
    content_[""];
    for (const FileTree::Entry& entry : entries_) {
      const size_t slash = entry.path.rfind('/');
      Content& around = content_[slash == std::string::npos ? "" : entry.path.substr(0, slash)];
      if (entry.is_folder) {
        around.folders.push_back(entry.path);
        content_[entry.path];
      } else {
        ++around.files;
      }
    }
  }

  PictureFiles list() {
    const std::string top = top_folder();
    std::map<std::string, SplitKind> parts;  // folders of class folders
    for (const std::string& folder : content_[top].folders)
      if (const auto split = split_of(last_part(folder)); split && !content_[folder].folders.empty())
        parts[folder] = *split;
    if (parts.empty()) parts[top] = SplitKind::train;
    check(top, parts);

    std::set<std::string> names;
    for (const auto& [part, split] : parts)
      for (const std::string& folder : content_[part].folders) names.insert(last_part(folder));
    result_.class_names.assign(names.begin(), names.end());
    result_.classes = static_cast<int64_t>(names.size());
    if (result_.classes > kMaxClasses)
      throw file_error(result_.tree->root(), "there are too many class folders (got {}, expected at most {})",
                       result_.classes, kMaxClasses);
    for (const auto& [part, split] : parts) add_files(part, split);
    return std::move(result_);
  }

 private:
  static std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

  // The folder that holds class folders, or splits of them: where there is nothing but one folder of folders, that.
  std::string top_folder() {
    std::string top;
    while (content_[top].folders.size() == 1 && content_[top].files == 0) {
      const std::string& only = content_[top].folders.front();
      if (content_[only].folders.empty() || content_[only].files > 0 || split_of(last_part(only))) break;
      top = only;
    }
    return top;
  }

  void check(const std::string& top, const std::map<std::string, SplitKind>& parts) {
    const std::string& root = result_.tree->root();
    if (entries_.empty()) throw file_error(root, "holds nothing (expected pictures, one folder a class)");
    std::map<SplitKind, std::string> seen;
    for (const auto& [part, split] : parts) {
      if (content_[part].folders.empty())
        throw file_error(root, "holds {} but no folders (expected one folder a class)",
                         content_[top].files == 1 ? "a file" : fmt::format("{} files", content_[top].files));
      if (const auto [at, is_new] = seen.emplace(split, part); !is_new)
        throw file_error(root, "has two folders of validation pictures (got {} and {})", at->second, part);
    }
  }

  // Files of a folder come before those of its folders, as Keras walks; so they lie in the list.
  void add_files(const std::string& part, SplitKind split) {
    const std::string prefix = part.empty() ? "" : part + "/";
    for (const FileTree::Entry& entry : entries_) {
      if (entry.is_folder || !entry.path.starts_with(prefix)) continue;
      const size_t slash = entry.path.find('/', prefix.size());
      if (slash == std::string::npos) continue;  // beside the class folders
      const std::string name = entry.path.substr(prefix.size(), slash - prefix.size());
      const auto at = std::lower_bound(result_.class_names.begin(), result_.class_names.end(), name);
      result_.files.push_back({entry.path, static_cast<int32_t>(at - result_.class_names.begin()), split});
    }
  }

  std::vector<FileTree::Entry> entries_;
  std::map<std::string, Content> content_;
  PictureFiles result_;
};

}  // namespace

PictureFiles list_class_folders(std::shared_ptr<const FileTree> tree) { return ClassFolders(std::move(tree)).list(); }

}  // namespace fovea
