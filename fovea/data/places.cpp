#include "fovea/data/places.h"

#include "fovea/base/error.h"
#include "fovea/base/file.h"
#include "fovea/base/keras_home.h"

namespace fovea {
namespace {

// A file of the first name that is found here or one folder below: unpacked ones come before archives.
std::optional<std::string> search(const std::string& folder, const std::vector<std::string>& names) {
  const std::vector<FolderEntry> entries = list_folder(folder);
  for (const std::string& name : names) {
    if (file_exists(folder + "/" + name)) return folder;
    for (const FolderEntry& entry : entries)
      if (entry.is_folder && file_exists(folder + "/" + entry.name + "/" + name)) return folder + "/" + entry.name;
  }
  return std::nullopt;
}

}  // namespace

std::string keras_datasets() { return keras_home() + "/datasets"; }

std::string find_data(const DataFiles& files, const std::optional<std::string>& folder) {
  if (folder) {
    if (!folder_exists(*folder)) throw file_error(*folder, "there is no such folder (expected that of {})", files.name);
    if (const auto found = search(*folder, files.first_file)) return *found;
    throw file_error(*folder, "there is no {} here or one folder below: {}", files.first_file.front(), files.advice);
  }
  std::string places;
  for (const std::string& place : files.folders) {
    places += (places.empty() ? "" : " or ") + place;
    if (!folder_exists(place)) continue;
    if (const auto found = search(place, files.first_file)) return *found;
  }
  throw file_error(files.name,
                   "there is no {} in {} or one folder below: {}; put it there, or name its folder ({}:DIR)",
                   files.first_file.front(), places, files.advice, files.name);
}

std::string existing_file(const std::string& folder, const std::vector<std::string>& names) {
  for (const std::string& name : names)
    if (file_exists(folder + "/" + name)) return folder + "/" + name;
  return folder + "/" + names.front();
}

}  // namespace fovea
