#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "fovea/base/error.h"
#include "fovea/base/file.h"
#include "fovea/tune/storage.h"

namespace fovea::tune {
namespace {

constexpr int kStateField = 3, kStartedField = 22;  // of /proc/PID/stat, counted from 1

// Fields of /proc/PID/stat from the third on; empty where there is no such process. The second is a name in brackets that
// may hold anything.
std::vector<std::string> stat_of(int64_t process) {
  std::vector<std::string> fields;
  try {
    const std::string text = read_file(fmt::format("/proc/{}/stat", process), 1 << 16);
    std::string field;
    for (size_t i = std::min(text.rfind(')'), text.size() - 1) + 2; i < text.size(); ++i) {
      if (text[i] != ' ' && text[i] != '\n') {
        field += text[i];
      } else {
        fields.push_back(std::move(field));
        field.clear();
      }
    }
  } catch (const Error&) {
    // Gone, or there is no /proc.
  }
  return fields;
}

int64_t start_of(const std::vector<std::string>& fields) {
  int64_t ticks = 0;
  if (fields.size() > kStartedField - kStateField) {
    const std::string& text = fields[kStartedField - kStateField];
    std::from_chars(text.data(), text.data() + text.size(), ticks);
  }
  return ticks;
}

std::string this_host() {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  std::string boot;
  try {
    boot = read_file("/proc/sys/kernel/random/boot_id", 1 << 10);
    boot = boot.substr(0, boot.find('\n'));
  } catch (const Error&) {
    // The name alone then.
  }
  return std::string(name) + " " + boot;
}

}  // namespace

ProcessId ProcessId::own() {
  const int64_t process = ::getpid();
  return {this_host(), process, start_of(stat_of(process))};
}

std::optional<bool> is_alive(const ProcessId& process) {
  static const std::string host = this_host();
  if (process.host != host) {
    // The same machine after another start.
    const auto name = [](const std::string& text) { return text.substr(0, text.find(' ')); };
    return name(process.host) == name(host) ? std::optional(false) : std::nullopt;
  }
  if (::kill(static_cast<pid_t>(process.process), 0) != 0 && errno == ESRCH) return false;
  const std::vector<std::string> fields = stat_of(process.process);
  if (fields.empty()) return ::access("/proc/self/stat", R_OK) != 0;
  if (fields[0] == "Z" || fields[0] == "X") return false;
  return process.started == 0 || start_of(fields) == process.started;
}

}  // namespace fovea::tune
