#include "app/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstring>

#include "fovea/base/error.h"
#include "fovea/base/file.h"

namespace fovea::app {
namespace {

std::atomic<int> signals = 0;
std::atomic<Trainer*> guarded = nullptr;
std::atomic<int> holds = 0;

// Only what a signal handler may do: atomics, write, exit_at_once.
void handle(int) {
  Trainer* trainer = guarded.load();
  if (signals.fetch_add(1) == 0 && (trainer != nullptr || holds > 0)) {
    if (trainer != nullptr) trainer->stop();
    return;
  }
  constexpr char kLine[] = "\nfovea: stopped at once, nothing more was saved\n";
  if (trainer != nullptr) {
    [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, kLine, std::strlen(kLine));
  }
  exit_at_once(static_cast<int>(ErrorKind::interrupted));
}

}  // namespace

void install_interrupts() {
  struct sigaction action = {};
  action.sa_handler = handle;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM}) ::sigaction(signal, &action, nullptr);
  // A terminal that goes away, unless nohup said that this shall not matter.
  struct sigaction before = {};
  ::sigaction(SIGHUP, nullptr, &before);
  if (before.sa_handler != SIG_IGN) ::sigaction(SIGHUP, &action, nullptr);
}

InterruptGuard::InterruptGuard(Trainer& trainer) { guarded = &trainer; }

InterruptGuard::~InterruptGuard() { guarded = nullptr; }

void InterruptGuard::on_train_begin(Trainer& trainer) {
  if (interrupted()) trainer.stop();
}

InterruptHold::InterruptHold() { ++holds; }

InterruptHold::~InterruptHold() { --holds; }

bool InterruptGuard::interrupted() { return signals > 0; }

}  // namespace fovea::app
