#include "fovea/base/contained.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "fovea/base/error.h"
#include "fovea/base/sanitizers.h"

namespace fovea {
namespace {

constexpr const char* kWhere = "a process for reading";
constexpr unsigned kClockSeconds = 100;  // by the clock, for one of the processor
constexpr int kGlance = 100;            // milliseconds between two looks at the clock

// What the child says, in frames: their kind, their length, their content.
enum Kind : uint32_t { kPiece = 1, kError = 2, kEnd = 3 };
struct Frame {
  uint32_t kind = 0, bytes = 0;
};

class Descriptor {
 public:
  Descriptor() = default;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }
  void close() {
    if (value >= 0) ::close(std::exchange(value, -1));
  }
  int value = -1;
};

// The child and its end: however the parent leaves, no process is left behind.
class Child {
 public:
  explicit Child(pid_t process) : process_(process) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (!ended_) ::kill(process_, SIGKILL);
    wait(0);
  }
  bool is_dead() { return wait(WNOHANG); }
  // Of a child whose pipe is closed, so that it is about to end.
  bool was_too_long() {
    wait(0);
    return WIFSIGNALED(status_) && WTERMSIG(status_) == SIGXCPU;
  }

 private:
  bool wait(int flags) {
    if (ended_) return true;
    pid_t got;
    do got = ::waitpid(process_, &status_, flags);
    while (got < 0 && errno == EINTR);
    ended_ = got != 0;  // an error: somebody else has waited for it
    return ended_;
  }

  pid_t process_;
  int status_ = 0;
  bool ended_ = false;
};

void limit(int resource, rlim_t soft, rlim_t hard) {
  rlimit now;
  if (::getrlimit(static_cast<__rlimit_resource>(resource), &now) != 0) std::_Exit(1);
  const rlimit wanted = {.rlim_cur = std::min(soft, now.rlim_max), .rlim_max = std::min(hard, now.rlim_max)};
  if (::setrlimit(static_cast<__rlimit_resource>(resource), &wanted) != 0) std::_Exit(1);
}

// Of addresses; 0 where the system does not say.
uint64_t memory_of_this_process() {
  Descriptor statm;
  statm.value = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  char text[64] = {};
  if (statm.value < 0 || ::read(statm.value, text, sizeof text - 1) <= 0) return 0;
  return std::strtoull(text, nullptr, 10) * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

void confine(const ContainedLimits& limits) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // Handlers are the parent's business. Ctrl-C reaches the child too; the parent decides what comes of it.
  for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTERM, SIGPIPE, SIGXCPU})
    if (!kSanitized || number == SIGPIPE) ::signal(number, SIG_DFL);
  ::signal(SIGINT, SIG_IGN);
  limit(RLIMIT_CORE, 0, 0);
  limit(RLIMIT_CPU, limits.seconds, limits.seconds + 1);
  if (const uint64_t memory = memory_of_this_process(); memory > 0)
    limit(RLIMIT_AS, memory + limits.memory, memory + limits.memory);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  // Sanitizers report to where errors go, and look at memory through pipes of their own.
  if (kSanitized) return;
  Descriptor nowhere;
  nowhere.value = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere.value < 0) std::_Exit(1);
  ::dup2(nowhere.value, STDOUT_FILENO);
  ::dup2(nowhere.value, STDERR_FILENO);
  // A child that is led astray opens nothing more and writes to no file.
  limit(RLIMIT_NOFILE, 0, 0);
  limit(RLIMIT_FSIZE, 0, 0);
}

void send(int pipe, Kind kind, Bytes content) {
  const Frame frame = {.kind = kind, .bytes = static_cast<uint32_t>(content.size())};
  write_all(pipe, {reinterpret_cast<const uint8_t*>(&frame), sizeof frame}, kWhere);
  write_all(pipe, content, kWhere);
}

[[noreturn]] void be_the_child(int pipe, const std::function<void(const Put&)>& work, const ContainedLimits& limits) {
  try {
    confine(limits);
    try {
      work([&](Bytes bytes) {
        for (size_t at = 0; at < bytes.size(); at += kContainedPiece)
          send(pipe, kPiece, bytes.subspan(at, std::min(kContainedPiece, bytes.size() - at)));
      });
      send(pipe, kEnd, {});
    } catch (const Error& error) {
      std::string text = error.where() + '\0' + error.message();
      text.resize(std::min(text.size(), kContainedPiece));
      send(pipe, kError, as_bytes(text));
    }
    std::_Exit(0);
  } catch (...) {
    std::_Exit(1);
  }
}

// Reads what comes within the time. Less than asked for: it has come no more.
class Listener {
 public:
  Listener(int pipe, Child& child, unsigned seconds)
      : pipe_(pipe), child_(child), end_(std::chrono::steady_clock::now() + std::chrono::seconds(seconds)) {}

  bool read(void* dst, size_t bytes) {
    size_t done = 0;
    while (done < bytes) {
      pollfd waited = {.fd = pipe_, .events = POLLIN, .revents = 0};
      const int ready = ::poll(&waited, 1, kGlance);
      if (ready > 0) {
        const ssize_t got = ::read(pipe_, static_cast<char*>(dst) + done, bytes - done);
        if (got == 0 || (got < 0 && errno != EINTR)) return false;
        if (got > 0) done += static_cast<size_t>(got);
      } else if (ready < 0 && errno != EINTR) {
        return false;
      } else if (was_dead_) {
        // Its end of the pipe may live on in a process that another thread has started.
        return false;
      } else if (child_.is_dead()) {
        was_dead_ = true;  // one more look at what it said last
      } else if (std::chrono::steady_clock::now() > end_) {
        late_ = true;
        return false;
      }
    }
    return true;
  }
  bool was_late() const { return late_; }

 private:
  int pipe_;
  Child& child_;
  std::chrono::steady_clock::time_point end_;
  bool was_dead_ = false, late_ = false;
};

}  // namespace

ContainedEnd run_contained(const std::function<void(const Put&)>& work, const std::function<void(Bytes)>& take,
                           const ContainedLimits& limits) {
  const auto failure = [](const char* doing) {
    return failed_error(kWhere, "cannot {}: {}", doing, std::strerror(errno));
  };
  Descriptor ours, theirs;
  if (int ends[2]; ::pipe2(ends, O_CLOEXEC) == 0) {
    ours.value = ends[0];
    theirs.value = ends[1];
  } else {
    throw failure("make a pipe to it");
  }
  const pid_t process = ::fork();
  if (process < 0) throw failure("be started");
  if (process == 0) be_the_child(theirs.value, work, limits);
  theirs.close();
  Child child(process);
  Listener listener(ours.value, child, limits.seconds * kClockSeconds);
  std::vector<uint8_t> piece;
  while (true) {
    Frame frame;
    if (!listener.read(&frame, sizeof frame) || frame.bytes > kContainedPiece) break;
    piece.resize(frame.bytes);
    if (!listener.read(piece.data(), piece.size())) break;
    if (frame.kind == kEnd) return ContainedEnd::done;
    if (frame.kind == kPiece) take(piece);
    if (frame.kind == kError) {
      const std::string text(as_text(piece));
      const size_t middle = std::min(text.find('\0'), text.size());
      throw Error(ErrorKind::file, text.substr(0, middle), text.substr(std::min(middle + 1, text.size())));
    }
  }
  if (listener.was_late()) return ContainedEnd::too_long;
  ours.close();
  return child.was_too_long() ? ContainedEnd::too_long : ContainedEnd::failed;
}

}  // namespace fovea
