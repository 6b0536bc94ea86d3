#include "fovea/formats/hdf5_object.h"

#include <bit>
#include <cstring>

#include "fovea/base/error.h"

namespace fovea {
namespace {

class Packer {
 public:
  void number(uint64_t value) { bytes_.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void text(const std::string& value) {
    number(value.size());
    bytes_ += value;
  }
  std::string bytes() && { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Unpacker {
 public:
  Unpacker(Bytes bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  bool is_at_end() const { return bytes_.empty(); }
  uint64_t number() {
    uint64_t value;
    const Bytes bytes = next(sizeof value);
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  std::string text() { return std::string(as_text(next(number()))); }
  // Of things of which each has eight bytes at least.
  size_t count() {
    const uint64_t value = number();
    if (value > bytes_.size() / 8) throw damaged();
    return static_cast<size_t>(value);
  }
  template <class Enum>
  Enum one_of(Enum last) {
    const uint64_t value = number();
    if (value > static_cast<uint64_t>(last)) throw damaged();
    return static_cast<Enum>(value);
  }

 private:
  Error damaged() const { return file_error(where_, "the file is damaged (libhdf5 failed on it)"); }
  Bytes next(uint64_t size) {
    if (size > bytes_.size()) throw damaged();
    const Bytes bytes = bytes_.first(static_cast<size_t>(size));
    bytes_ = bytes_.subspan(static_cast<size_t>(size));
    return bytes;
  }

  Bytes bytes_;
  const std::string& where_;
};

// An object's fields, once for both ways.
struct Write {
  Packer& to;
  void operator()(const std::string& text) { to.text(text); }
  void operator()(double value) { to.number(std::bit_cast<uint64_t>(value)); }
  void operator()(uint64_t value) { to.number(value); }
  void operator()(bool value) { to.number(value ? 1 : 0); }
  template <class Enum>
  void one_of(Enum value, Enum) {
    to.number(static_cast<uint64_t>(value));
  }
  template <class T, class Each>
  void list(const std::vector<T>& values, Each each) {
    to.number(values.size());
    for (const T& value : values) each(value);
  }
};

struct Read {
  Unpacker& from;
  void operator()(std::string& text) { text = from.text(); }
  void operator()(double& value) { value = std::bit_cast<double>(from.number()); }
  void operator()(uint64_t& value) { value = from.number(); }
  void operator()(bool& value) { value = from.number() != 0; }
  template <class Enum>
  void one_of(Enum& value, Enum last) {
    value = from.one_of(last);
  }
  template <class T, class Each>
  void list(std::vector<T>& values, Each each) {
    values.clear();
    for (size_t left = from.count(); left > 0; --left) each(values.emplace_back());
  }
};

template <class Visitor, class Attribute>
void visit_attribute(Visitor& v, Attribute& attribute) {
  v(attribute.name);
  v.one_of(attribute.kind, Hdf5Attribute::Kind::other);
  v.list(attribute.texts, v);
  v.list(attribute.numbers, v);
}

template <class Visitor, class Tensor>
void visit_tensor(Visitor& v, Tensor& tensor) {
  v.one_of(tensor.type, Hdf5Type::other);
  v(tensor.type_name);
  v.list(tensor.sizes, v);
  v(tensor.problem);
  v(tensor.is_plain);
  v(tensor.is_packed);
  v(tensor.address);
  v(tensor.stored);
}

}  // namespace

std::string packed(const Hdf5Object& object) {
  Packer packer;
  Write v{packer};
  v(object.path);
  v.list(object.attributes, [&](const Hdf5Attribute& attribute) { visit_attribute(v, attribute); });
  v(object.tensor.has_value());
  if (object.tensor) visit_tensor(v, *object.tensor);
  return std::move(packer).bytes();
}

std::vector<Hdf5Object> unpacked_objects(Bytes bytes, const std::string& where) {
  std::vector<Hdf5Object> objects;
  Unpacker unpacker(bytes, where);
  Read v{unpacker};
  while (!unpacker.is_at_end()) {
    Hdf5Object& object = objects.emplace_back();
    v(object.path);
    v.list(object.attributes, [&](Hdf5Attribute& attribute) { visit_attribute(v, attribute); });
    bool is_tensor = false;
    v(is_tensor);
    if (is_tensor) visit_tensor(v, object.tensor.emplace());
  }
  return objects;
}

}  // namespace fovea
