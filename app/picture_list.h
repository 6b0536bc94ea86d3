// The pictures that a user names: files, folders of them, arrays, pictures of data sets, a list on stdin.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fovea/data/dataset.h"
#include "fovea/formats/image.h"
#include "fovea/train/data_examples.h"

namespace fovea::app {

// Some pictures that come together: a file, an array, a data set.
class PictureSource {
 public:
  virtual ~PictureSource() = default;
  // Picture `index`, ready for the model. Called from several threads at once. Throws Error.
  virtual void read(int64_t index, float* dst) const = 0;
  // The picture as people are shown it: all of it that the model sees, in its own size.
  virtual Image shown(int64_t index) const = 0;
};

class PictureList {
 public:
  explicit PictureList(PictureRules rules) : rules_(std::move(rules)) {}

  // File of a picture; folder of such files, and of folders; FILE.npy, FILE.npz (x, else x_test), each also with
  // ":INDEX"; DATA:SPLIT:INDEX, or DATA:SPLIT:FIRST-LAST. Throws Error where that is none of these; files are opened when
  // they are read.
  void add(const std::string& name);

  int64_t size() const { return static_cast<int64_t>(pictures_.size()); }
  const std::string& path(int64_t i) const { return pictures_[static_cast<size_t>(i)].path; }
  void read(int64_t i, float* dst) const;
  Image shown(int64_t i) const;

 private:
  struct Picture {
    std::string path;
    std::shared_ptr<const PictureSource> source;
    int64_t index = 0;
  };
  void add_folder(const std::string& folder);
  void add_array(const std::string& file);
  bool add_element(const std::string& name);
  bool add_address(const std::string& name);

  PictureRules rules_;
  std::vector<Picture> pictures_;
  std::map<std::pair<std::string, SplitKind>, std::shared_ptr<const Dataset>> datasets_;
};

// The shape of an array file's pictures; nothing of other files, and of arrays that are no pictures.
std::optional<Shape> array_picture_shape(const std::string& path);

}  // namespace fovea::app
