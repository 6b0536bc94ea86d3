// Where the files of well-known data sets lie.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace fovea {

// A data set's first file, and what to tell somebody who does not have it.
struct DataFiles {
  std::string name;                     // of the data set
  std::vector<std::string> first_file;  // its possible names; a folder that holds one holds the data set
  std::vector<std::string> folders;     // where it is looked for; those that do not exist are passed over
  std::string advice;                   // from where, its hash
};

// $KERAS_HOME or ~/.keras, and in it datasets.
std::string keras_datasets();

// The folder that holds the first file: `folder`, or one right inside it whose name does not say another data set;
// without it one of files.folders, or one right inside them whose name says this data set. Throws one line that says
// which file, from where, its hash, and where to put it.
std::string find_data(const DataFiles& files, const std::optional<std::string>& folder);

// The first of these names that is a file in the folder, else the first name: opening that says what is missing.
std::string existing_file(const std::string& folder, const std::vector<std::string>& names);

}  // namespace fovea
