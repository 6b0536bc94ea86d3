// The program's own threads: made once, they run one list of tasks at a time and meet at its end.
//
// Task i is first offered to thread i mod threads, so that a lane stays on one core from list to list; a thread that has
// done its own takes what others have not begun. No more threads are woken than there are tasks. Between lists threads
// spin briefly, then sleep.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "fovea/base/control_groups.h"

namespace fovea {

// The cores this process may use: its affinity mask and its control groups' limits, at least 1.
int available_cores();

// As many cores as the smallest quota of a control group and those around it lasts for, infinity where there is none: of
// own_control_groups(), or what is like it, in the hierarchies below `root`.
double cgroup_cores(const std::string& groups, const std::string& root = kControlGroups);

class ThreadPool {
 public:
  // Counts the calling thread; at least 1. Throws Error where the system does not start as many.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  // Calls task(i) once for every i in [0, tasks), and returns when all are done. The first exception is thrown again
  // here. Not to be called from a task, nor from two threads at once.
  template <class Task>
  void run(int tasks, const Task& task) {
    run_list(tasks, [](const void* t, int i) { (*static_cast<const Task*>(t))(i); }, &task);
  }

 private:
  ThreadPool() = default;

  using Invoke = void (*)(const void*, int);
  struct alignas(64) Worker {
    std::atomic<uint32_t> list{0};  // number of the list to take part in; raised by the caller
    std::thread thread;
  };

  void run_list(int tasks, Invoke invoke, const void* task);
  void work(int thread, Worker& self);
  void take_part(int thread);

  std::vector<std::unique_ptr<Worker>> workers_;
  std::atomic<bool> stop_{false};
  // The list under way; written while no worker takes part.
  Invoke invoke_ = nullptr;
  const void* task_ = nullptr;
  int tasks_ = 0, participants_ = 1;
  std::vector<std::atomic<bool>> taken_;
  std::exception_ptr error_;
  std::atomic<bool> failed_{false};
  alignas(64) std::atomic<int> pending_{0};
};

}  // namespace fovea
