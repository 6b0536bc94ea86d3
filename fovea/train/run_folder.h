// The folder of a run: RUNS/train/NAME, which appears in one piece and never replaces another.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace fovea {

struct RunFile {
  std::string name, content;
};

struct RunFolderOptions {
  std::string runs = "runs";
  std::string kind = "train";
  std::string name = {};            // refused (usage) where it exists already
  std::string stem = {};            // without a name: STEM-001, counting up
  std::vector<RunFile> files = {};  // in the folder when it appears
  // Puts in more: is given the path that the folder has until then.
  std::function<void(const std::string& folder)> fill = [](const std::string&) {};
  uint64_t space = 0;               // bytes that the run will need: refused (file) where the disk has less
};

// Makes the folder and returns its path. Two processes at once get different names.
std::string create_run_folder(const RunFolderOptions& options);

// The number of a folder that counting up made: behind STEM-, or 0.
int run_number(const std::string& name, const std::string& stem);

// Held by the one process that works on a run: others are refused. Gone with the process.
class RunLock {
 public:
  // Throws Error (file) where another process has it.
  explicit RunLock(const std::string& run);
  RunLock(RunLock&& other) noexcept;
  RunLock& operator=(RunLock&&) = delete;
  ~RunLock();

 private:
  int descriptor_ = -1;
};

// Whether a process has it; who asks is in nobody's way.
bool is_locked(const std::string& run);

// Removes what a killed process left half-written in a run: by the one that has its lock.
void remove_leftovers(const std::string& run);

// A name made of other names: what a folder cannot be called by becomes '-'.
std::string folder_stem(const std::string& text);

// The model that a run folder stands for: best.safetensors, else model.safetensors. Throws Error (file) if neither is
// there.
std::string run_model_file(const std::string& run);

}  // namespace fovea
