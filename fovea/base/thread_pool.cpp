#include "fovea/base/thread_pool.h"

#include <sched.h>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <system_error>
#include <utility>

#include "fovea/base/error.h"

namespace fovea {
namespace {

// About 50 µs on today's cores: longer than the gap between two lists of a step, far shorter than a time slice.
constexpr int kSpins = 2000;

void pause_cpu() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

constexpr double kNone = std::numeric_limits<double>::infinity();

// A quota that cannot be read, is "max" or negative is none.
double cores_of(std::istream& quota, std::istream& period) {
  double time = 0, of = 0;
  return quota >> time && period >> of && time > 0 && of > 0 ? time / of : kNone;
}

}  // namespace

double cgroup_cores(const std::string& groups, const std::string& root) {
  double least = kNone;
  for (const std::string& folder : control_group_folders("cpu", groups, root)) {
    std::ifstream both(folder + "/cpu.max"), quota(folder + "/cpu.cfs_quota_us"), period(folder + "/cpu.cfs_period_us");
    least = std::min({least, cores_of(both, both), cores_of(quota, period)});
  }
  return least;
}

int available_cores() {
  cpu_set_t set;
  int cores = static_cast<int>(std::thread::hardware_concurrency());
  if (sched_getaffinity(0, sizeof set, &set) == 0) cores = CPU_COUNT(&set);
  return std::max(1, static_cast<int>(std::min<double>(cores, std::ceil(cgroup_cores(own_control_groups())))));
}

// Behind the other constructor the destructor runs also where a thread cannot be started: it ends those that were.
ThreadPool::ThreadPool(int threads) : ThreadPool() {
  assert(threads >= 1 && "a pool has at least the calling thread");
  workers_.reserve(static_cast<size_t>(threads - 1));
  for (int i = 1; i < threads; ++i) {
    auto worker = std::make_unique<Worker>();
    try {
      worker->thread = std::thread([this, i, &self = *worker] { work(i, self); });
    } catch (const std::system_error& error) {
      throw failed_error("threads", "cannot be started: {} (got {}, expected at most {})",
                         std::strerror(error.code().value()), threads, i);
    }
    workers_.push_back(std::move(worker));
  }
}

ThreadPool::~ThreadPool() {
  stop_ = true;
  for (auto& worker : workers_) {
    ++worker->list;
    worker->list.notify_one();
  }
  for (auto& worker : workers_) worker->thread.join();
}

void ThreadPool::work(int thread, Worker& self) {
  uint32_t seen = 0;
  while (true) {
    for (int i = 0; i < kSpins && self.list.load(std::memory_order_acquire) == seen; ++i) pause_cpu();
    self.list.wait(seen, std::memory_order_acquire);
    seen = self.list.load(std::memory_order_acquire);
    if (stop_) return;
    take_part(thread);
    if (pending_.fetch_sub(1, std::memory_order_acq_rel) == 1) pending_.notify_one();
  }
}

void ThreadPool::take_part(int thread) {
  const auto try_task = [&](int i) {
    if (taken_[static_cast<size_t>(i)].exchange(true, std::memory_order_relaxed)) return;
    try {
      invoke_(task_, i);
    } catch (...) {
      if (!failed_.exchange(true)) error_ = std::current_exception();
    }
  };
  for (int i = thread; i < tasks_; i += participants_) try_task(i);
  for (int i = 0; i < tasks_; ++i) try_task(i);
}

void ThreadPool::run_list(int tasks, Invoke invoke, const void* task) {
  if (tasks <= 0) return;
  if (static_cast<size_t>(tasks) > taken_.size()) taken_ = std::vector<std::atomic<bool>>(static_cast<size_t>(tasks));
  for (int i = 0; i < tasks; ++i) taken_[static_cast<size_t>(i)].store(false, std::memory_order_relaxed);
  invoke_ = invoke, task_ = task, tasks_ = tasks;
  participants_ = std::min(threads(), tasks);
  failed_ = false;
  pending_.store(participants_ - 1, std::memory_order_release);
  for (int i = 1; i < participants_; ++i) {
    auto& list = workers_[static_cast<size_t>(i - 1)]->list;
    list.fetch_add(1, std::memory_order_release);
    list.notify_one();
  }
  take_part(0);
  for (int i = 0; i < kSpins && pending_.load(std::memory_order_acquire) != 0; ++i) pause_cpu();
  for (int left = pending_.load(std::memory_order_acquire); left != 0; left = pending_.load(std::memory_order_acquire))
    pending_.wait(left, std::memory_order_acquire);
  if (failed_) std::rethrow_exception(std::exchange(error_, nullptr));
}

}  // namespace fovea
