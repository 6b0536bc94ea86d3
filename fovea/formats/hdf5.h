// HDF5 files as h5py writes them: groups, tensors (HDF5's datasets) and attributes, of which texts and numbers are read.
//
// libhdf5 cannot be trusted with a damaged file, so it works in processes of its own (base/contained.h): one tells what
// the file holds when it is opened, numbers left out. Tensors that lie in the file as they are, are then read from the
// file's map; of compressed ones libhdf5 unpacks each when it is read, again in a process of its own.
//
// Objects have paths: "/" or "" is the root, "/conv2d/kernel:0" and "conv2d/kernel:0" are the same. Refused are links
// to other places and files, groups that contain themselves, and tensors whose numbers lie in other files, are put
// together from other tensors or are packed by other filters than gzip, shuffle and fletcher32.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fovea/base/file.h"
#include "fovea/tensor/array.h"

namespace fovea {

struct Hdf5Limits {
  uint64_t objects = 100'000;
  uint64_t depth = 64;                            // groups within groups
  uint64_t listing_bytes = uint64_t{64} << 20;    // paths and attributes of all objects
  uint64_t tensor_bytes = uint64_t{1} << 36;      // of one tensor, unpacked
};

struct Hdf5Entry {
  std::string path;
  Shape shape;
  DType dtype = DType::f32;  // as it is read: floats of any width as float32, integers as int64
  std::string type;          // as it is stored: "float16"
  std::string problem;       // why it cannot be read; empty where it can
};

struct Hdf5Object;

// A file that is open for reading. Safe to use from several threads.
class Hdf5File {
 public:
  explicit Hdf5File(const std::string& path, const Hdf5Limits& limits = {});
  // A file within another one; the bytes must outlive it.
  Hdf5File(Bytes bytes, const std::string& where, const Hdf5Limits& limits = {});
  Hdf5File(Hdf5File&&) noexcept;
  Hdf5File& operator=(Hdf5File&&) noexcept;
  ~Hdf5File();

  const std::string& where() const { return where_; }
  bool has(const std::string& path) const;
  bool has_tensor(const std::string& path) const;
  std::vector<std::string> children(const std::string& group) const;  // names within, sorted by their bytes

  // Attributes; nothing where there is none of this name, Error where it is of another kind.
  std::optional<std::string> text(const std::string& object, const std::string& attribute) const;
  // A list of texts. HDF5 limits an attribute to 64 KiB: Keras writes a longer list in pieces, NAME0, NAME1, …
  std::optional<std::vector<std::string>> texts(const std::string& object, const std::string& attribute) const;
  std::optional<double> number(const std::string& object, const std::string& attribute) const;

  std::vector<Hdf5Entry> tensors() const;  // of the whole file, a group's in the order of names
  Hdf5Entry entry(const std::string& path) const;
  Array read(const std::string& path) const;

 private:
  void open();
  void add(Hdf5Object object);
  const Hdf5Object* find(const std::string& path) const;
  const Hdf5Object& object(const std::string& path) const;
  const Hdf5Object& tensor(const std::string& path) const;

  std::string where_;
  Hdf5Limits limits_;
  std::optional<MappedFile> file_;
  Bytes bytes_;
  std::vector<Hdf5Object> objects_;
  std::map<std::string, size_t, std::less<>> places_;
};

}  // namespace fovea
