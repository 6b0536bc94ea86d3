// A data set of picture files before they are read: which there are, of which classes, for which splits.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fovea/data/dataset.h"
#include "fovea/data/file_tree.h"

namespace fovea {

struct PictureFile {
  std::string path;  // in the tree
  int32_t label = 0;
  SplitKind split = SplitKind::train;
};

struct PictureFiles {
  std::string name;
  std::vector<std::string> class_names;  // empty: labels are numbers
  int64_t classes = 0;
  bool numbered = false;  // as Dataset's
  std::vector<PictureFile> files;
  std::shared_ptr<const FileTree> tree;
  std::vector<BrokenFile> broken;  // that cannot even be listed
};

// One folder a class, named and ordered by the bytes of the names as in Keras; or train, val (validation) and test of
// such folders. Folders inside a class belong to it; an empty folder is a class too. One folder around all of this is
// passed through.
PictureFiles list_class_folders(std::shared_ptr<const FileTree> tree);

// path,label[,split] a line, in this order or as the first line says; paths are relative to the file's folder. Labels
// that are all whole numbers below a thousand, without zeros before them, are numbers of classes, else they are names. Lines that say no picture
// are broken.
PictureFiles read_manifest(const std::string& path);

// Makes the names valid UTF-8: models, reports and terminals take no others. Throws Error (file) where two become the same.
void make_names_readable(PictureFiles& files);

// Brings the classes into the order of these names, or gives them these names where none of them is known. Throws Error
// (usage).
void order_classes(PictureFiles& files, const std::vector<std::string>& names);

// A path's last part, without what says the kind of file.
std::string data_name(std::string path);

}  // namespace fovea
