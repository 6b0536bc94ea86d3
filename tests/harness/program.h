// Runs the real program in a folder of its own, on data made here.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "fovea/base/json.h"
#include "tests/harness/files.h"

namespace fovea {

const std::string& program_path();

struct Ended {
  int code = 0;  // exit code; 1000 + signal where one killed it
  std::string out, err;
  int64_t peak_memory = 0;  // most bytes that it held at once

  Json json() const;  // of stdout, which must be one object
};

// Whether this system hands out terminals (a chroot without /dev/pts does not).
bool terminals_exist();

struct HowToRun {
  std::vector<std::string> environment = {};  // NAME=VALUE, besides the test's own
  std::string in = {};                        // stdin
  long file_limit = -1;                       // most bytes a file may have
  long data_limit = -1;                       // most bytes of memory that are no file's
  bool terminal = false;                      // stderr is one
};

// A program that was started and has not been waited for.
class Started {
 public:
  Started(const std::string& folder, const std::vector<std::string>& words, const HowToRun& how = {});
  Started(const Started&) = delete;
  Started& operator=(const Started&) = delete;
  ~Started();

  void signal(int number) const;
  Ended wait();

 private:
  pid_t process_ = -1;
  int terminal_ = -1;
  std::string out_, err_;
};

Ended run_program(const std::string& folder, const std::vector<std::string>& words, const HowToRun& how = {});

// shapes.npz: 48 training and 18 test pictures (10, 10, 1) of three classes that are easy to tell apart.
// tiny.json: a net for them.
class Workplace {
 public:
  Workplace();

  const std::string& path() const { return folder_.path(); }
  std::string operator/(const std::string& name) const { return folder_ / name; }
  Ended run(const std::vector<std::string>& words, const HowToRun& how = {}) const {
    return run_program(path(), words, how);
  }
  // Trains tiny.json on shapes.npz, into runs/train/`name`.
  Ended train(const std::string& name, const std::vector<std::string>& more = {}, const HowToRun& how = {}) const;
  // As run "a", long enough to tell the shapes apart, saved as m.safetensors; the classes are top, middle, bottom.
  Ended train_saved() const;

 private:
  TemporaryFolder folder_;
};

}  // namespace fovea
