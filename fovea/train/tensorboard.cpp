#include "fovea/train/tensorboard.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "fovea/base/error.h"
#include "fovea/base/file.h"
#include "fovea/train/history.h"

namespace fovea {
namespace {

double now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

template <class T>
std::string little_endian(T value) {
  static_assert(std::endian::native == std::endian::little, "numbers lie in memory as they do in the file");
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

// Protocol buffers: a field's number and wire type, then its bytes.
enum class Wire : uint64_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}
std::string key(uint64_t field, Wire wire) { return varint(field << 3 | static_cast<uint64_t>(wire)); }
std::string text(uint64_t field, const std::string& value) { return key(field, Wire::bytes) + varint(value.size()) + value; }

std::string event_of(double time, const std::string& what) { return key(1, Wire::fixed64) + little_endian(time) + what; }

// Summary{value: {tag, simple_value}}, which every version of TensorBoard reads.
std::string scalar_event(const std::string& tag, int64_t step, double value) {
  const std::string scalar = text(1, tag) + key(2, Wire::fixed32) + little_endian(static_cast<float>(value));
  return event_of(now(), key(2, Wire::varint) + varint(static_cast<uint64_t>(step)) + text(5, text(1, scalar)));
}

uint32_t masked(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8u; }

}  // namespace

uint32_t crc32c(const std::string& bytes) {
  static const std::array<uint32_t, 256> table = [] {
    std::array<uint32_t, 256> all{};
    for (uint32_t i = 0; i < all.size(); ++i) {
      uint32_t crc = i;
      for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78u : 0);
      all[i] = crc;
    }
    return all;
  }();
  uint32_t crc = ~0u;
  for (const char byte : bytes) crc = (crc >> 8) ^ table[(crc ^ static_cast<unsigned char>(byte)) & 0xff];
  return ~crc;
}

ScalarEvents::ScalarEvents(const std::string& folder) {
  create_folders(folder);
  char host[256] = "localhost";
  if (::gethostname(host, sizeof host - 1) != 0) std::strcpy(host, "localhost");
  path_ = fmt::format("{}/events.out.tfevents.{:010}.{}.{}", folder, static_cast<int64_t>(now()), host, ::getpid());
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor_ < 0) throw file_error(path_, "cannot write: {}", std::strerror(errno));
  append(event_of(now(), text(3, "brain.Event:2")));
}

ScalarEvents::~ScalarEvents() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void ScalarEvents::write(const std::string& tag, int64_t step, double value) { append(scalar_event(tag, step, value)); }

void ScalarEvents::append(const std::string& event) {
  const std::string length = little_endian(static_cast<uint64_t>(event.size()));
  const std::string record = length + little_endian(masked(crc32c(length))) + event + little_endian(masked(crc32c(event)));
  append_all(descriptor_, as_bytes(record), path_);
}

void TensorBoard::on_epoch_end(Trainer&, const EpochLogs& logs) {
  for (const auto& [name, value] : named_figures(logs)) {
    const bool validation = name.starts_with("val_");
    std::optional<ScalarEvents>& events = validation ? validation_ : train_;
    if (!events) events.emplace(folder_ + (validation ? "/validation" : "/train"));
    events->write("epoch_" + (validation ? name.substr(4) : name), logs.epoch, value);
  }
}

}  // namespace fovea
