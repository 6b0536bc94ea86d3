// Python's pickles, as far as CIFAR's batches need them: dicts, lists, tuples, numbers, texts, and numpy's arrays of
// bytes.
//
// A pickle is a program for a small machine, and may call anything in Python. Here nothing is called: an opcode or a
// name that is not on the list is refused by its name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fovea/base/file.h"

namespace fovea {

class Pickle {
 public:
  using Value = uint32_t;  // a value's place

  // The bytes must outlive it: texts and arrays are parts of them. Throws Error (file).
  Pickle(Bytes bytes, const std::string& where);

  Value top() const { return top_; }
  // The value of a key of a dict; nothing where it is no dict, or has no such key.
  std::optional<Value> find(Value dict, std::string_view key) const;

  // Each throws Error (file) naming `what` where the value is of another kind.
  std::vector<int64_t> integers(Value list, const std::string& what) const;
  struct ByteArray {
    std::vector<int64_t> shape;
    bool fortran_order = false;
    Bytes bytes;  // as many as the shape says
  };
  ByteArray byte_array(Value array, const std::string& what) const;

 private:
  enum class Kind : uint8_t { none, boolean, integer, text, list, tuple, dict, name, dtype, array };
  struct Node {
    Kind kind = Kind::none;
    int64_t number = 0;  // of a boolean or an integer
    Bytes text;          // of a text or a name ("module name")
    std::vector<Value> items;
  };
  class Machine;

  std::string where_;
  std::vector<Node> nodes_;
  Value top_ = 0;
};

}  // namespace fovea
