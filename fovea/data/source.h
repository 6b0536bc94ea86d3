// What a data set's own files hold, before it is cut into splits: one reader a kind of data set.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fovea/data/dataset.h"

namespace fovea {

// Which of a data set's files are wanted: evaluating reads no training pictures.
struct Wanted {
  bool train = true, test = true;
};

struct Source {
  std::string name = {};
  std::vector<std::string> class_names = {};
  int64_t classes = 0;
  bool numbered = false;  // as Dataset's
  // Null where not wanted, or where there is none.
  std::shared_ptr<const Pictures> train = nullptr, validation = nullptr, test = nullptr;
  std::vector<BrokenFile> broken = {};  // files that were left out
  bool files = false;                   // pictures in files of their own
  std::vector<std::string> notes = {};  // as Dataset's
};

// Each throws Error (file) naming the file. `folder` is the one that holds the files, or the one above it, or the archive
// that CIFAR comes in; without it they are looked for where the system and Keras keep them.
Source read_fashion_mnist(const std::optional<std::string>& folder, Wanted wanted);
Source read_mnist(const std::optional<std::string>& folder, Wanted wanted);
Source read_cifar10(const std::optional<std::string>& folder, Wanted wanted);
Source read_cifar100(const std::optional<std::string>& folder, Wanted wanted);

// x_train, y_train, x_test, y_test. Without names the classes are counted: the one-hot labels' width, or the largest
// label and one.
Source read_npz(const std::string& path, const std::vector<std::string>& class_names, Wanted wanted);

}  // namespace fovea
