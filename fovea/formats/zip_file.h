// Zip archives by libzip: members by name, stored or deflated.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fovea/base/file.h"

namespace fovea {

// A member that is being read, from its beginning on.
class ZipMember {
 public:
  ZipMember(ZipMember&&) noexcept;
  ZipMember& operator=(ZipMember&&) noexcept;
  ~ZipMember();

  const std::string& where() const { return where_; }  // "ARCHIVE: NAME"
  uint64_t size() const { return size_; }               // unpacked, as the archive says
  size_t read(std::span<uint8_t> dst);                  // less than asked for only at the end
  // To be called once all is read: the checksum is compared at the end, which is only seen by reading past it.
  void finish();

 private:
  friend class ZipFile;
  struct State;
  ZipMember(std::unique_ptr<State> state, std::string where, uint64_t size);

  std::unique_ptr<State> state_;
  std::string where_;
  uint64_t size_ = 0;
};

// An archive opened for reading; it must outlive its members. Sizes that cannot be are refused before any is used.
class ZipFile {
 public:
  // `what` is what a file that is none was expected to be: "a zip archive".
  explicit ZipFile(const std::string& path, const char* what = kZip);
  ZipFile(Bytes bytes, const std::string& where, const char* what = kZip);  // the bytes must outlive it
  ZipFile(ZipFile&&) noexcept;
  ZipFile& operator=(ZipFile&&) noexcept;
  ~ZipFile();

  const std::string& where() const { return where_; }
  const std::vector<std::string>& names() const { return names_; }  // in the archive's order
  bool has(const std::string& name) const;
  ZipMember open(const std::string& name) const;
  // The whole member, of at most so many bytes unpacked.
  std::string read(const std::string& name, uint64_t max_bytes) const;

 private:
  static constexpr const char* kZip = "a zip archive";
  struct State;
  void index();

  std::string where_;
  std::unique_ptr<State> state_;
  std::vector<std::string> names_;
};

struct ZipWriteOptions {
  bool compress = false;  // deflate
};

// Members by name, in this order; whole or not at all. The same members make the same file.
void save_zip(const std::string& path, std::span<const std::pair<std::string, Bytes>> members,
              ZipWriteOptions options = {});

}  // namespace fovea
