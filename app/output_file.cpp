#include "app/output_file.h"

#include <unistd.h>

#include "fovea/base/error.h"
#include "fovea/base/file.h"
#include "fovea/io/any_file.h"

namespace fovea::app {

namespace {

void check_place(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  if (folder_exists(path)) throw file_error(path, "cannot write: there is a folder of this name");
  if (!folder_exists(folder)) throw file_error(path, "cannot write: there is no folder {}", folder);
  if (::access(folder.c_str(), W_OK) != 0)
    throw file_error(path, "cannot write: the folder {} is not writable", folder);
}

}  // namespace

void check_output(const std::string& path, const std::string& extension, const std::string& option) {
  if (!path.ends_with(extension))
    throw usage_error(option, "this format cannot be written (got {}, expected FILE{})", path, extension);
  check_place(path);
}

void check_model_output(const std::string& path, const std::string& option) {
  if (!is_model_path(path))
    throw usage_error(option, "this format cannot be written (got {}, expected .safetensors, .keras, .h5, .weights.h5 or .json)", path);
  check_place(path);
}

std::string distinct_name(const std::string& name, std::set<std::string>& taken) {
  std::string distinct = name;
  for (int k = 2; !taken.insert(distinct).second; ++k) distinct = fmt::format("{}-{}", k, name);
  return distinct;
}

}  // namespace fovea::app
