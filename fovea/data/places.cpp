#include "fovea/data/places.h"

#include <cctype>

#include "fovea/base/error.h"
#include "fovea/base/file.h"
#include "fovea/base/keras_home.h"

namespace fovea {
namespace {

// Small letters and digits alone: "Fashion_MNIST" says what "fashion-mnist" does.
std::string plain(const std::string& name) {
  std::string all;
  for (const unsigned char c : name)
    if (std::isalnum(c)) all += static_cast<char>(std::tolower(c));
  return all;
}

// Whether a folder may be this data set's by its name. Others have files of the same names: MNIST's whole family does,
// and CIFAR-100's are called no more than "train" and "test". Below a folder that the user named, any name will do that
// does not say another data set.
bool may_be(const std::string& folder, const std::string& data, bool named_by_user) {
  const std::string said = plain(folder), own = plain(data);
  if (said.starts_with(own) || (!said.empty() && own.starts_with(said))) return true;
  const auto says = [&](const char* word) { return said.find(word) != std::string::npos; };
  return named_by_user && !says("mnist") && !says("fashion") && !says("cifar");
}

// A file of the first name that is found here or one folder below: unpacked ones come before archives.
std::optional<std::string> search(const std::string& folder, const DataFiles& files, bool named_by_user) {
  const std::vector<FolderEntry> entries = list_folder(folder);
  for (const std::string& name : files.first_file) {
    if (file_exists(folder + "/" + name)) return folder;
    for (const FolderEntry& entry : entries)
      if (entry.is_folder && may_be(entry.name, files.name, named_by_user) &&
          file_exists(folder + "/" + entry.name + "/" + name))
        return folder + "/" + entry.name;
  }
  return std::nullopt;
}

}  // namespace

std::string keras_datasets() { return keras_home() + "/datasets"; }

std::string find_data(const DataFiles& files, const std::optional<std::string>& folder) {
  if (folder) {
    if (!folder_exists(*folder)) throw file_error(*folder, "there is no such folder (expected that of {})", files.name);
    if (const auto found = search(*folder, files, true)) return *found;
    throw file_error(*folder, "there is no {} here or one folder below, other data sets' aside: {}",
                     files.first_file.front(), files.advice);
  }
  std::string places;
  for (const std::string& place : files.folders) {
    places += (places.empty() ? "" : " or ") + place;
    if (!folder_exists(place)) continue;
    if (const auto found = search(place, files, false)) return *found;
  }
  throw file_error(files.name,
                   "there is no {} in {} or a folder {}… there: {}; put it there, or name its folder ({}:DIR)",
                   files.first_file.front(), places, files.name, files.advice, files.name);
}

std::string existing_file(const std::string& folder, const std::vector<std::string>& names) {
  for (const std::string& name : names)
    if (file_exists(folder + "/" + name)) return folder + "/" + name;
  return folder + "/" + names.front();
}

}  // namespace fovea
