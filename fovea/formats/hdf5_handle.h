// libhdf5's identifiers, closed when they go.
#pragma once

#include <fmt/format.h>
#include <hdf5.h>

#include <string>
#include <utility>

namespace fovea {

class Hdf5Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Hdf5Handle() = default;
  Hdf5Handle(hid_t id, Close close_id) : id_(id), close_(close_id) {}
  Hdf5Handle(Hdf5Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}
  Hdf5Handle& operator=(Hdf5Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Hdf5Handle() {
    if (id_ >= 0) close_(id_);
  }

  explicit operator bool() const { return id_ >= 0; }
  operator hid_t() const { return id_; }
  // Says whether closing went well: of a file that is written, only this does.
  bool close() { return close_(std::exchange(id_, H5I_INVALID_HID)) >= 0; }

 private:
  hid_t id_ = H5I_INVALID_HID;
  Close close_ = nullptr;
};

// A name for a file in memory. libhdf5 takes two files of one name for one file.
inline std::string hdf5_memory_name(const void* where) { return fmt::format("memory at {}", where); }

}  // namespace fovea
