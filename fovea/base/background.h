// Work beside the work: one thread that runs one task at a time, for files that are written while a training goes on.
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

namespace fovea {

class Background {
 public:
  Background() = default;
  ~Background();  // waits for the task; what it throws is lost
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  // Only while it is idle: not busy(), and what the last task threw was taken.
  void start(std::function<void()> task);
  bool busy();
  // Waits for the task, and throws what it threw, once.
  void finish();

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void()> task_;  // set: it waits or runs
  std::exception_ptr error_;
  bool stop_ = false;
  std::thread thread_;  // from the first task on
};

}  // namespace fovea
