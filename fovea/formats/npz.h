// numpy's .npz files: a zip archive with one .npy file an array, stored or deflated.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "fovea/formats/named_tensor.h"
#include "fovea/formats/npy.h"
#include "fovea/formats/zip_file.h"
#include "fovea/tensor/array.h"

namespace fovea {

// An archive opened for reading; its arrays are read one at a time, each straight into its final memory.
class Npz {
 public:
  explicit Npz(const std::string& path);
  Npz(Bytes bytes, const std::string& where);  // the bytes must outlive it

  const std::string& where() const { return archive_.where(); }
  const std::vector<std::string>& names() const { return names_; }  // without ".npy", in the archive's order
  bool contains(const std::string& name) const;
  NpyHeader header(const std::string& name) const;  // type and shape, without the numbers
  Array read(const std::string& name) const;

 private:
  struct Entry;
  Entry open(const std::string& name) const;
  void index();

  ZipFile archive_;
  std::vector<std::string> names_;
};

struct NpzWriteOptions {
  bool compress = false;  // deflate, as numpy.savez_compressed
};

void save_npz(const std::string& path, std::span<const NamedTensor> arrays, NpzWriteOptions options = {});

}  // namespace fovea
