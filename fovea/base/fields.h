// The fields of an options struct, listed once: reading and writing them as JSON follow.
//
//   struct Options {
//     int64_t units = 1;
//     template <class Visitor> void fields(Visitor& v) { v("units", units); }
//   };
//
// A type takes part by `void read_field(const Json&, T&, const std::string& where)` and `Json write_field(const T&)`,
// found in its own namespace.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "fovea/base/error.h"
#include "fovea/base/json.h"
#include "fovea/base/names.h"

namespace fovea {

// A value as an error message shows it, cut where it is long.
std::string shown(const Json& value);

void read_field(const Json& json, bool& value, const std::string& where);
void read_field(const Json& json, int64_t& value, const std::string& where);
void read_field(const Json& json, double& value, const std::string& where);
void read_field(const Json& json, float& value, const std::string& where);
void read_field(const Json& json, std::string& value, const std::string& where);
void read_field(const Json& json, std::vector<std::string>& value, const std::string& where);
inline Json write_field(bool value) { return value; }
inline Json write_field(int64_t value) { return value; }
inline Json write_field(double value) { return value; }
inline Json write_field(const std::string& value) { return value; }
inline Json write_field(const std::vector<std::string>& value) { return value; }
// The shortest decimal that reads back as the same float: 0.1, not 0.10000000149.
Json write_field(float value);

template <class T>
void read_field(const Json& json, std::vector<T>& value, const std::string& where) {
  if (!json.is_array()) throw usage_error(where, "got {}, expected a list", shown(json));
  value.clear();
  for (const Json& one : json) read_field(one, value.emplace_back(), where);
}
template <class T>
Json write_field(const std::vector<T>& value) {
  Json json = Json::array();
  for (const T& one : value) json.push_back(write_field(one));
  return json;
}

template <class T>
void read_field(const Json& json, std::optional<T>& value, const std::string& where) {
  if (json.is_null()) {
    value.reset();
  } else {
    T inner{};
    read_field(json, inner, where);
    value = std::move(inner);
  }
}
template <class T>
Json write_field(const std::optional<T>& value) {
  return value ? write_field(*value) : Json(nullptr);
}

class FieldWriter {
 public:
  template <class T>
  void operator()(const char* name, T& value) {
    json_[name] = write_field(value);
  }
  template <class T>
  void older_name(const char*, T&) {}
  Json take() { return std::move(json_); }

 private:
  Json json_ = Json::object();
};

// Takes the fields that are there; the others keep their defaults.
class FieldReader {
 public:
  FieldReader(const Json& json, std::string where) : json_(json), where_(std::move(where)) {}
  template <class T>
  void operator()(const char* name, T& value) {
    known_.push_back(name);
    if (auto it = json_.find(name); it != json_.end()) read_field(*it, value, where_ + ": " + name);
  }
  // What an earlier version of Keras calls a field: read, never written.
  template <class T>
  void older_name(const char* name, T& value) {
    (*this)(name, value);
  }
  const std::vector<std::string>& known() const { return known_; }

 private:
  const Json& json_;
  std::string where_;
  std::vector<std::string> known_;
};

template <class Options>
Json options_to_json(Options options) {
  FieldWriter writer;
  options.fields(writer);
  return writer.take();
}

// What Keras writes of many options that are not used.
inline bool is_neutral(const Json& value) { return value.is_null() || value == Json(false); }

inline Error unknown_option(const std::string& where, const std::string& key, const Json& value,
                            const std::vector<std::string>& known) {
  return usage_error(where, "unknown option \"{}\" (got {}){}", key, shown(value), did_you_mean(key, known));
}

// Reads an options struct from an object. A key that is no field is an error unless `ignore` names it or its value is
// neutral.
template <class Options>
Options options_from_json(const Json& json, const std::string& where, const std::vector<std::string>& ignore = {}) {
  if (!json.is_object()) throw usage_error(where, "options must be an object (got {})", shown(json));
  Options options;
  FieldReader reader(json, where);
  options.fields(reader);
  for (const auto& [key, value] : json.items()) {
    const auto is = [&key = key](const std::string& name) { return name == key; };
    if (std::any_of(reader.known().begin(), reader.known().end(), is)) continue;
    if (std::any_of(ignore.begin(), ignore.end(), is)) continue;
    if (!is_neutral(value)) throw unknown_option(where, key, value, reader.known());
  }
  return options;
}

}  // namespace fovea
