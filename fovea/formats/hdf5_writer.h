// HDF5 files as h5py writes them by default, so that every library of the last twenty years reads them: tensors in one
// piece, little-endian, unpacked; texts of variable length. The same calls make the same bytes.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fovea/base/file.h"
#include "fovea/formats/named_tensor.h"

namespace fovea {

// A file under construction, in memory as a whole: it needs as much as the file is long.
class Hdf5Writer {
 public:
  // `where` is what errors name: the file that write_file_atomically() will make of this, as a rule.
  explicit Hdf5Writer(const std::string& where);
  Hdf5Writer(const Hdf5Writer&) = delete;
  Hdf5Writer& operator=(const Hdf5Writer&) = delete;
  ~Hdf5Writer();

  // Groups that are not there yet are made, those above too. "" is the root.
  void group(const std::string& path);
  // The name is the path. Numbers of two bytes are not written.
  void tensor(const NamedTensor& tensor);

  // Of a group or tensor that is there. Texts are UTF-8, without zero bytes.
  void text(const std::string& object, const std::string& attribute, const std::string& value);
  // A list that may be too long for an attribute is written in pieces NAME0, NAME1, …, as Keras does.
  void texts(const std::string& object, const std::string& attribute, const std::vector<std::string>& values);
  void number(const std::string& object, const std::string& attribute, double value);
  void number(const std::string& object, const std::string& attribute, int64_t value);

  // The whole file: it lives as long as the writer, which takes nothing more then.
  Bytes finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fovea
