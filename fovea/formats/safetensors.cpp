#include "fovea/formats/safetensors.h"

#include <algorithm>
#include <cstring>

#include "fovea/base/error.h"
#include "fovea/base/json.h"
#include "fovea/base/names.h"
#include "fovea/formats/sizes.h"

namespace fovea {
namespace {

constexpr size_t kLengthBytes = 8;
constexpr size_t kMaxHeader = 100'000'000;
constexpr const char* kMetadataKey = "__metadata__";

struct TypeName {
  const char* name;
  DType dtype;
};
constexpr TypeName kTypes[] = {{"F32", DType::f32}, {"F64", DType::f64}, {"F16", DType::f16}, {"BF16", DType::bf16},
                               {"U8", DType::u8},   {"I8", DType::i8},   {"I32", DType::i32}, {"I64", DType::i64}};

const char* name_of(DType dtype) {
  for (const TypeName& type : kTypes)
    if (type.dtype == dtype) return type.name;
  return "";
}

// A name from the file as a message can show it.
std::string shown(const std::string& name) {
  std::string text = name.size() > 80 ? name.substr(0, 80) + "…" : name;
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 32 || c == 127) c = '?';
  return "\"" + text + "\"";
}

// A tensor as the header has it, before its bytes are known to be there.
struct Claim {
  SafetensorsEntry entry;
  uint64_t begin, end;
};

Claim parse_claim(const std::string& name, const SortedJson& json, const std::string& where) {
  const auto wrong = [&](const std::string& what) { return file_error(where, "tensor {}: {}", shown(name), what); };
  if (!json.is_object() || json.size() != 3 || !json.contains("dtype") || !json.contains("shape") ||
      !json.contains("data_offsets"))
    throw wrong("expected an object of dtype, shape and data_offsets");
  Claim claim;
  SafetensorsEntry& entry = claim.entry;
  entry.name = name;

  const SortedJson &dtype = json["dtype"], &shape = json["shape"], &offsets = json["data_offsets"];
  const auto* type = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypeName& t) {
    return dtype.is_string() && dtype.get_ref<const std::string&>() == t.name;
  });
  if (type == std::end(kTypes))
    throw wrong(fmt::format("a type that is not supported (got {}, expected one of F32 F64 F16 BF16 U8 I8 I32 I64)",
                            dtype.is_string() ? shown(dtype.get_ref<const std::string&>()) : "no text"));
  entry.dtype = type->dtype;

  if (!shape.is_array() || shape.size() > Shape::kMaxRank)
    throw wrong(fmt::format("shape must be a list of at most {} sizes", Shape::kMaxRank));
  for (const SortedJson& size : shape) {
    if (!size.is_number_unsigned() || size.get<uint64_t>() > INT64_MAX)
      throw wrong("a size in shape is not a whole number from 0 on that fits 63 bits");
    entry.shape.push_back(static_cast<int64_t>(size.get<uint64_t>()));
  }

  if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
      !offsets[1].is_number_unsigned())
    throw wrong("data_offsets must be two whole numbers from 0 on");
  claim.begin = offsets[0].get<uint64_t>();
  claim.end = offsets[1].get<uint64_t>();
  const auto bytes = checked_bytes(entry.shape, entry.dtype);
  if (claim.end < claim.begin || !bytes || claim.end - claim.begin != *bytes)
    throw wrong(fmt::format("data_offsets do not fit its shape and type (got {} to {}, expected {} bytes for {} {})",
                            claim.begin, claim.end, bytes ? std::to_string(*bytes) : "too many", to_string(entry.shape),
                            to_string(entry.dtype)));
  return claim;
}

Metadata parse_metadata(const SortedJson& json, const std::string& where) {
  if (!json.is_object()) throw file_error(where, "{} must be an object of texts", kMetadataKey);
  Metadata metadata;
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string()) throw file_error(where, "{}: {} must be a text", kMetadataKey, shown(key));
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

}  // namespace

Safetensors::Safetensors(Bytes bytes, const std::string& where) : where_(where) {
  if (bytes.size() < kLengthBytes)
    throw file_error(where, "is too short for a safetensors file (got {} bytes)", bytes.size());
  uint64_t length = 0;
  for (size_t i = 0; i < kLengthBytes; ++i) length |= uint64_t{bytes[i]} << (8 * i);
  if (length > kMaxHeader)
    throw file_error(where, "is not a safetensors file, or its header is too long (got {} bytes, expected at most {})",
                     length, kMaxHeader);
  if (length > bytes.size() - kLengthBytes)
    throw file_error(where, "the file ends inside its header (got {} bytes, expected {})", bytes.size() - kLengthBytes,
                     length);
  const Bytes text = bytes.subspan(kLengthBytes, length), data = bytes.subspan(kLengthBytes + length);
  if (text.empty() || text[0] != '{')
    throw file_error(where, "is not a safetensors file (its header does not begin with {{)");

  const SortedJson header = parse_sorted_json(as_text(text), where, {.bytes = kMaxHeader, .depth = 8});
  std::vector<Claim> claims;
  for (const auto& [name, json] : header.items()) {
    if (name == kMetadataKey) {
      metadata_ = parse_metadata(json, where);
    } else {
      claims.push_back(parse_claim(name, json, where));
    }
  }
  std::stable_sort(claims.begin(), claims.end(), [](const Claim& a, const Claim& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  uint64_t at = 0;
  for (Claim& claim : claims) {
    if (claim.begin != at)
      throw file_error(where, "tensor {}: data_offsets {} (got a beginning at {}, expected {})",
                       shown(claim.entry.name), claim.begin < at ? "overlap another tensor's" : "leave a hole",
                       claim.begin, at);
    if (claim.end > data.size())
      throw file_error(where, "tensor {} lies behind the file's end (got {} bytes of numbers, expected {})",
                       shown(claim.entry.name), data.size(), claim.end);
    claim.entry.bytes = data.subspan(claim.begin, claim.end - claim.begin);
    at = claim.end;
    places_.emplace(claim.entry.name, entries_.size());
    entries_.push_back(std::move(claim.entry));
  }
  if (at != data.size())
    throw file_error(where, "bytes after the last tensor (got {} bytes of numbers, expected {})", data.size(), at);
}

Safetensors::Safetensors(const MappedFile& file) : Safetensors(file.bytes(), file.path()) { file_ = &file; }

const SafetensorsEntry* Safetensors::find(const std::string& name) const {
  const auto place = places_.find(name);
  return place == places_.end() ? nullptr : &entries_[place->second];
}

Array Safetensors::read(const std::string& name) const {
  const SafetensorsEntry* entry = find(name);
  if (entry == nullptr) {
    std::vector<std::string> names;
    for (const SafetensorsEntry& e : entries_) names.push_back(e.name);
    throw file_error(where_, "has no tensor {}{}", shown(name), did_you_mean(name, names));
  }
  Array array(entry->dtype, entry->shape);
  if (array.bytes() > 0) std::memcpy(array.data(), entry->bytes.data(), array.bytes());
  if (file_ != nullptr) file_->give_back(entry->bytes);
  return array;
}

void save_safetensors(const std::string& path, std::span<const NamedTensor> tensors, const Metadata& metadata) {
  std::vector<const NamedTensor*> order;
  for (const NamedTensor& tensor : tensors) order.push_back(&tensor);
  std::stable_sort(order.begin(), order.end(),
                   [](const auto* a, const auto* b) { return size_of(a->dtype) > size_of(b->dtype); });

  Json header = Json::object();
  if (!metadata.empty()) header[kMetadataKey] = metadata;
  uint64_t at = 0;
  for (const NamedTensor* tensor : order) {
    if (tensor->name == kMetadataKey || header.contains(tensor->name))
      throw usage_error(path, "cannot write two tensors of the name {}", shown(tensor->name));
    Json& json = header[tensor->name];
    json["dtype"] = name_of(tensor->dtype);
    json["shape"] = Json::array();
    for (int64_t size : tensor->shape) json["shape"].push_back(size);
    json["data_offsets"] = {at, at + tensor->bytes()};
    at += tensor->bytes();
  }
  // Texts that are not UTF-8 (names of old folders) get replacement characters: JSON cannot hold them.
  std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.append((8 - text.size() % 8) % 8, ' ');
  if (text.size() > kMaxHeader)
    throw usage_error(path,
                      "names and metadata are too long for a safetensors file (got {} bytes, expected at most {})",
                      text.size(), kMaxHeader);
  std::string length(kLengthBytes, '\0');
  for (size_t i = 0; i < kLengthBytes; ++i) length[i] = static_cast<char>(uint64_t{text.size()} >> (8 * i));

  AtomicFile file(path);
  file.write(length);
  file.write(text);
  for (const NamedTensor* tensor : order) file.write(Bytes(static_cast<const uint8_t*>(tensor->data), tensor->bytes()));
  file.commit();
}

void SafetensorsImage::save(const std::string& path) const {
  std::vector<NamedTensor> named;
  for (const auto& [name, array] : tensors) named.push_back(NamedTensor::of(name, array));
  save_safetensors(path, named, metadata);
}

}  // namespace fovea
