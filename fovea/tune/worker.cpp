#include "fovea/tune/worker.h"

#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "fovea/base/error.h"
#include "fovea/tune/sqlite_storage.h"

namespace fovea::tune {
namespace {

// Says every so often that the owner of a rung is still there, until it is destroyed.
class Heart {
 public:
  Heart(const std::string& path, const Work& work, double seconds) {
    if (path.empty()) return;
    thread_ = std::jthread([this, path, work, seconds](const std::stop_token& stop) {
      std::unique_lock lock(mutex_);
      while (!wake_.wait_for(lock, stop, std::chrono::duration<double>(seconds), [] { return false; })) {
        if (stop.stop_requested()) return;
        try {
          const auto storage = open_sqlite_storage(path);
          Study::beat(*storage, ProcessId::own(), work);
        } catch (const Error&) {
          // The report will say what is wrong with the file.
        }
      }
    });
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace

void work_on(Study& study, RungRunner& runner, const std::string& path, const WorkerOptions& options) {
  while (!options.stop()) {
    const Decision decision = study.lease();
    if (decision.what == Next::done) return;
    if (decision.what == Next::wait) {
      ::usleep(static_cast<useconds_t>(options.wait_milliseconds) * 1000);
      continue;
    }
    std::optional<RungResult> result;
    try {
      const Heart heart(path, decision.work, options.beat_seconds);
      result = runner.run(decision.work);
    } catch (...) {
      study.release(decision.work);
      throw;
    }
    if (!result) {
      study.release(decision.work);
      return;
    }
    study.report(decision.work, *result);
    runner.reported(study);
  }
}

}  // namespace fovea::tune
