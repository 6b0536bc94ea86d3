#include "fovea/formats/npz.h"

#include <algorithm>
#include <utility>

#include "fovea/base/error.h"

namespace fovea {
namespace {

constexpr std::string_view kSuffix = ".npy";
constexpr const char* kNpz = "an npz (zip) archive";

}  // namespace

// One array's file inside the archive, positioned at its numbers.
struct Npz::Entry {
  ZipMember file;
  NpyHeader header;
};

Npz::Npz(const std::string& path) : archive_(path, kNpz) { index(); }
Npz::Npz(Bytes bytes, const std::string& where) : archive_(bytes, where, kNpz) { index(); }

void Npz::index() {
  for (const std::string_view name : archive_.names())
    if (name.ends_with(kSuffix)) names_.emplace_back(name.substr(0, name.size() - kSuffix.size()));
}

bool Npz::contains(const std::string& name) const {
  return std::find(names_.begin(), names_.end(), name) != names_.end();
}

Npz::Entry Npz::open(const std::string& name) const {
  if (!contains(name)) {
    std::string list;
    for (size_t i = 0; i < std::min<size_t>(names_.size(), 10); ++i) list += (i == 0 ? "" : ", ") + names_[i];
    throw file_error(where(), "has no array \"{}\"; this file has {}{}", name, list.empty() ? "no arrays" : list,
                     names_.size() > 10 ? ", …" : "");
  }
  Entry entry = {.file = archive_.open(name + std::string(kSuffix)), .header = {}};
  const std::string& where = entry.file.where();
  std::vector<uint8_t> head(kNpyPrefix);
  head.resize(entry.file.read(head));
  const size_t known = head.size(), offset = npy_data_offset(head, where);
  // Version 1's shortest header ends before the prefix does, and no array has that: its text needs more.
  if (offset < known) throw file_error(where, "the npy header is too short");
  head.resize(offset);
  head.resize(known + entry.file.read(std::span(head).subspan(known)));
  entry.header = parse_npy_header(head, where);
  if (entry.file.size() - offset != entry.header.data_bytes)
    throw file_error(where, "holds another number of bytes than its shape {} of {} says (got {}, expected {})",
                     to_string(entry.header.shape), to_string(entry.header.dtype), entry.file.size() - offset,
                     entry.header.data_bytes);
  return entry;
}

NpyHeader Npz::header(const std::string& name) const { return open(name).header; }

Array Npz::read(const std::string& name) const {
  Entry entry = open(name);
  Array flat(entry.header.dtype, entry.header.shape);
  const size_t got = entry.file.read({static_cast<uint8_t*>(flat.data()), flat.bytes()});
  if (got < flat.bytes()) throw file_error(entry.file.where(), "ends early (got {} of {} bytes)", got, flat.bytes());
  entry.file.finish();
  return npy_array(entry.header, std::move(flat));
}

void save_npz(const std::string& path, std::span<const NamedTensor> arrays, NpzWriteOptions options) {
  std::vector<std::string> files;
  std::vector<std::pair<std::string, Bytes>> members;
  for (const NamedTensor& array : arrays) {
    files.push_back(npy_header(array.dtype, array.shape));
    files.back().append(static_cast<const char*>(array.data), array.bytes());
  }
  for (size_t i = 0; i < arrays.size(); ++i)
    members.emplace_back(arrays[i].name + std::string(kSuffix), as_bytes(files[i]));
  save_zip(path, members, {.compress = options.compress});
}

}  // namespace fovea
