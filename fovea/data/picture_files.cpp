#include "fovea/data/picture_files.h"

#include <algorithm>
#include <map>
#include <set>

#include "fovea/base/error.h"
#include "fovea/base/names.h"
#include "fovea/base/utf8.h"

namespace fovea {

std::string data_name(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  std::string name = path.substr(path.rfind('/') + 1);
  for (const char* extension : {".gz", ".tgz", ".tar", ".zip", ".csv", ".npz"})
    if (name.ends_with(extension) && name.size() > std::string_view(extension).size())
      name.resize(name.size() - std::string_view(extension).size());
  return name;
}

void make_names_readable(PictureFiles& files) {
  std::set<std::string> known;
  for (std::string& name : files.class_names) {
    name = valid_utf8(name);
    if (!known.insert(name).second)
      throw file_error(files.name, "two classes have the same name where what is not UTF-8 is shown as \uFFFD (got \"{}\" twice)", name);
  }
}

void order_classes(PictureFiles& files, const std::vector<std::string>& names) {
  if (names.empty() || files.class_names.empty()) return;
  const auto known = [&](const std::string& name) {
    return std::find(files.class_names.begin(), files.class_names.end(), name);
  };
  const bool some_known =
      std::any_of(names.begin(), names.end(), [&](const auto& name) { return known(name) != files.class_names.end(); });
  if (!some_known) return;  // other names for all, in order: checked and given where all data sets' are
  if (names.size() != files.class_names.size())
    throw usage_error("class names", "not as many as {} has classes (got {}, expected {})", files.name, names.size(),
                      files.class_names.size());
  std::vector<int32_t> place(names.size(), -1);
  for (size_t i = 0; i < names.size(); ++i) {
    const auto at = known(names[i]);
    if (at == files.class_names.end())
      throw usage_error("class names", "{} has no class \"{}\"{}", files.name, names[i],
                        did_you_mean(names[i], files.class_names));
    int32_t& own = place[static_cast<size_t>(at - files.class_names.begin())];
    if (own != -1) throw usage_error("class names", "two classes have the same name (got \"{}\" twice)", names[i]);
    own = static_cast<int32_t>(i);
  }
  for (PictureFile& file : files.files) file.label = place[static_cast<size_t>(file.label)];
  files.class_names = names;
}

}  // namespace fovea
