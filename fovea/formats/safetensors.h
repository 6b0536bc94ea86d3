// safetensors files: named tensors, and a map of texts beside them.
//
//   length of the header (8 bytes, little-endian) | header (JSON) | numbers
//   {"__metadata__": {"key": "text"}, "conv2d/kernel": {"dtype": "F32", "shape": [3, 3, 3, 32], "data_offsets": [0,
//   3456]}}
//
// The tensors fill the numbers' part exactly: no overlap, no hole, nothing after them.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fovea/base/file.h"
#include "fovea/formats/named_tensor.h"
#include "fovea/tensor/array.h"

namespace fovea {

using Metadata = std::map<std::string, std::string>;

struct SafetensorsEntry {
  std::string name;
  DType dtype = DType::f32;
  Shape shape;
  Bytes bytes;  // where the file was mapped or given; not aligned
};

// What a file says, checked against the rules above. The bytes must outlive it.
class Safetensors {
 public:
  Safetensors(Bytes bytes, const std::string& where);
  // The same of a map, which gives back what was read.
  explicit Safetensors(const MappedFile& file);

  const std::string& where() const { return where_; }
  const Metadata& metadata() const { return metadata_; }
  const std::vector<SafetensorsEntry>& entries() const { return entries_; }  // as they lie in the file
  const SafetensorsEntry* find(const std::string& name) const;               // null where there is none
  Array read(const std::string& name) const;                                 // a copy

 private:
  std::string where_;
  const MappedFile* file_ = nullptr;
  Metadata metadata_;
  std::vector<SafetensorsEntry> entries_;
  std::map<std::string, size_t> places_;
};

// A mapped file and what it says: reading a tensor reads its pages and no others.
class SafetensorsFile {
 public:
  explicit SafetensorsFile(const std::string& path) : file_(std::make_unique<MappedFile>(path)), content_(*file_) {}

  const Safetensors& operator*() const { return content_; }
  const Safetensors* operator->() const { return &content_; }

 private:
  std::unique_ptr<MappedFile> file_;
  Safetensors content_;
};

// Written as given, wider types first, so that every tensor is aligned to its type.
void save_safetensors(const std::string& path, std::span<const NamedTensor> tensors, const Metadata& metadata = {});

// A file to be: tensors of its own and what stands beside them, wherever they came from.
struct SafetensorsImage {
  std::vector<std::pair<std::string, Array>> tensors = {};
  Metadata metadata = {};

  void save(const std::string& path) const;
};

}  // namespace fovea
