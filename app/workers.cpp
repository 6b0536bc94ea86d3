#include "app/workers.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "app/interrupt.h"

namespace fovea::app {
namespace {

constexpr int kMostDeaths = 3;  // of workers killed at one trial: then it is the trial; before any: then it is the worker
constexpr int kInterrupted = static_cast<int>(ErrorKind::interrupted);

// Returns the exit code.
int tell(int descriptor, const Error& error) {
  const int code = static_cast<int>(error.kind());
  const std::string text = Json{{"kind", code}, {"where", error.where()}, {"what", error.message()}}.dump(-1, ' ', false, Json::error_handler_t::replace);
  [[maybe_unused]] const ssize_t ignored = ::write(descriptor, text.data(), text.size());
  return code;
}

std::string read_all(int descriptor) {
  std::string text;
  char buffer[4096];
  for (ssize_t n = 0; (n = ::read(descriptor, buffer, sizeof buffer)) != 0;) {
    if (n > 0) text.append(buffer, static_cast<size_t>(n));
    else if (errno != EINTR) break;
  }
  return text;
}

}  // namespace

Workers::Workers(int count, TrialRunnerOptions options, std::function<void()> let_go) : options_(std::move(options)), let_go_(std::move(let_go)) {
  for (int i = 0; i < count; ++i) workers_.push_back(start());
}

Workers::~Workers() {
  for (Worker& worker : workers_) {
    if (worker.process < 0) continue;
    ::kill(worker.process, SIGKILL);
    ::waitpid(worker.process, nullptr, 0);
    ::close(worker.messages);
  }
}

Workers::Worker Workers::start() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw failed_error("workers", "cannot be started: {}", std::strerror(errno));
  const pid_t parent = ::getpid(), process = ::fork();
  if (process < 0) throw failed_error("workers", "cannot be started: {}", std::strerror(errno));
  if (process == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    // Ctrl-C is the parent's, which tells its workers.
    ::setpgid(0, 0);
    ::close(ends[0]);
    let_go_();
    work(ends[1]);
  }
  ::close(ends[1]);
  return {process, ends[0]};
}

void Workers::work(int messages) {
  const InterruptHold hold;
  int code = 0;
  try {
    OpenStudy open(options_.folder);
    TrialRunner runner(open.study, options_);
    tune::work_on(open.study, runner, open.storage->where(), {.stop = [this] { return InterruptGuard::interrupted() || options_.late(); }});
    if (InterruptGuard::interrupted()) code = kInterrupted;
  } catch (const Error& error) {
    code = tell(messages, error);
  } catch (const std::exception& error) {
    code = tell(messages, failed_error("worker", "{}", error.what()));
  }
  ::_exit(code);
}

bool Workers::watch() {
  bool any = false;
  for (Worker& worker : workers_) {
    if (worker.process < 0) continue;
    int status = 0;
    const pid_t process = ::waitpid(worker.process, &status, WNOHANG);
    if (process == 0) {
      any = true;
      continue;
    }
    ended(worker, status);
    any = any || worker.process >= 0;
  }
  return any;
}

void Workers::ended(Worker& worker, int status) {
  const std::string text = read_all(worker.messages);
  ::close(worker.messages);
  const pid_t process = worker.process;
  worker = {};
  if (!text.empty()) {
    const Json json = parse_json(text, "worker");
    refuse(Error(static_cast<ErrorKind>(json.at("kind").get<int>()), json.at("where").get<std::string>(), json.at("what").get<std::string>()));
    return;
  }
  if (status == 0 || stopping_) return;
  // One that others asked to end has saved its trial.
  if (!WIFEXITED(status) || WEXITSTATUS(status) != kInterrupted) record_death(process, status);
  if (!stopping_) worker = start();
}

void Workers::refuse(Error error) {
  if (!error_) error_ = std::move(error);
  stop();
}

// A crash is the trial's, an end without a word (a library's) too; whoever was killed may have been killed for other reasons, at first.
void Workers::record_death(pid_t process, int status) {
  const bool killed = WIFSIGNALED(status) && (WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGTERM);
  const std::string how = WIFSIGNALED(status) ? ::strsignal(WTERMSIG(status)) : fmt::format("exit code {}", WEXITSTATUS(status));
  const auto storage = open_storage(options_.folder);
  std::optional<tune::LeaseRow> lease;
  for (const tune::LeaseRow& row : storage->leases())
    if (row.owner.process == process && !tune::is_alive(row.owner).value_or(true)) lease = row;
  const int deaths = ++deaths_[lease ? lease->trial : -1];
  if (!lease) {
    if (deaths == kMostDeaths) refuse(failed_error("worker", "died {} times before it had a trial ({})", deaths, how));
    return;
  }
  if (killed && deaths < kMostDeaths) return;
  tune::Study study(*storage, lease->owner);
  study.report(tune::Work::from_json(lease->work),
               {.failure = killed ? fmt::format("its process was killed {} times; there may not be enough memory", deaths)
                                  : fmt::format("its process crashed ({})", how)});
}

void Workers::stop() {
  stopping_ = true;
  for (const Worker& worker : workers_)
    if (worker.process >= 0) ::kill(worker.process, SIGTERM);
}

}  // namespace fovea::app
