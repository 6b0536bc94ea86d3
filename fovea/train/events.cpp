#include "fovea/train/events.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>

#include "fovea/base/error.h"
#include "fovea/base/file.h"

namespace fovea {
namespace {

constexpr uint64_t kMaxLog = uint64_t{1} << 30;

bool ends_torn(int descriptor) {
  const off_t size = ::lseek(descriptor, 0, SEEK_END);
  char last = '\n';
  return size > 0 && ::pread(descriptor, &last, 1, size - 1) == 1 && last != '\n';
}

}  // namespace

EventLog::EventLog(std::string path) : path_(std::move(path)) {
  descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor_ < 0) throw file_error(path_, "cannot write: {}", std::strerror(errno));
  if (ends_torn(descriptor_) && ::write(descriptor_, "\n", 1) != 1) {
    const int code = errno;
    ::close(descriptor_);
    throw file_error(path_, "cannot write: {}", std::strerror(code));
  }
}

EventLog::~EventLog() { ::close(descriptor_); }

void EventLog::write(const std::string& event, const Json& fields) {
  const double seconds = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  Json line = {{"event", event}, {"time", std::round(seconds * 1000) / 1000}};
  line.update(fields);
  const std::string text = line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  append_all(descriptor_, as_bytes(text), path_);
}

std::vector<Json> read_events(const std::string& path) {
  const std::string text = read_file(path, kMaxLog);
  std::vector<Json> events;
  size_t begin = 0;
  for (size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    try {
      Json event = parse_json(std::string_view(text).substr(begin, end - begin), path);
      if (event.is_object()) events.push_back(std::move(event));
    } catch (const Error&) {  // torn by a kill, and gone on behind
    }
  }
  return events;
}

}  // namespace fovea
