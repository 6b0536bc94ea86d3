#include "tests/harness/program.h"

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

#include "fovea/base/file.h"
#include "fovea/base/random.h"
#include "fovea/base/sanitizers.h"
#include "fovea/formats/npz.h"

namespace fovea {
namespace {

// In the child, before it becomes the program: only what is safe there.
void redirect(const std::string& path, int flags, int descriptor) {
  const int file = ::open(path.c_str(), flags, 0666);
  if (file < 0 || ::dup2(file, descriptor) < 0) ::_exit(99);
}

// Class c has a bright band in its own third of the rows, over noise.
Array shapes(int64_t count, uint64_t seed) {
  Array pictures(DType::u8, {count, 10, 10, 1});
  RandomStream random(seed, purpose::kSample);
  const auto pixels = pictures.values<uint8_t>();
  for (size_t i = 0; i < pixels.size(); ++i) {
    const size_t picture = i / 100, row = i / 10 % 10;
    const bool bright = row / 3 == picture % 3;
    pixels[i] = static_cast<uint8_t>((bright ? 180 : 0) + static_cast<int>(random.below(60)));
  }
  return pictures;
}

Array labels(int64_t count) {
  Array values(DType::u8, {count});
  for (int64_t i = 0; i < count; ++i) values.values<uint8_t>()[static_cast<size_t>(i)] = static_cast<uint8_t>(i % 3);
  return values;
}

constexpr const char* kTinyNet = R"({"name": "tiny", "input_shape": [10, 10, 1], "layers": [
  {"Conv2D": {"filters": 4, "kernel_size": 3, "activation": "relu"}}, {"MaxPooling2D": {}}, {"Flatten": {}},
  {"Dropout": {"rate": 0.1}}, {"Dense": {"units": 3, "activation": "softmax"}}]})";

}  // namespace

const std::string& program_path() {
  static const std::string path = FOVEA_PROGRAM;
  return path;
}

Json Ended::json() const { return parse_json(out, "stdout"); }

bool terminals_exist() {
  int terminal = -1, slave = -1;
  if (::openpty(&terminal, &slave, nullptr, nullptr, nullptr) != 0) return false;
  ::close(terminal);
  ::close(slave);
  return true;
}

Started::Started(const std::string& folder, const std::vector<std::string>& words, const HowToRun& how)
    : out_(folder + "/.stdout"), err_(folder + "/.stderr") {
  write_file_atomically(folder + "/.stdin", how.in);
  std::vector<std::string> arguments = {program_path()};
  arguments.insert(arguments.end(), words.begin(), words.end());
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  int slave = -1;
  if (how.terminal && ::openpty(&terminal_, &slave, nullptr, nullptr, nullptr) != 0)
    throw std::runtime_error("cannot open a terminal");
  process_ = ::fork();
  if (process_ < 0) throw std::runtime_error("cannot start a process");
  if (process_ == 0) {
    if (::chdir(folder.c_str()) != 0) ::_exit(99);
    redirect(".stdin", O_RDONLY, STDIN_FILENO);
    redirect(".stdout", O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
    if (how.terminal) {
      ::dup2(slave, STDERR_FILENO);
    } else {
      redirect(".stderr", O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
    }
    for (const char* name : {"NO_COLOR", "COLUMNS", "TERM", "KERAS_HOME"}) ::unsetenv(name);
    ::setenv("FOVEA_CACHE_DIR", (folder + "/cache").c_str(), 1);
    for (const std::string& variable : how.environment) {
      const size_t equals = variable.find('=');
      ::setenv(variable.substr(0, equals).c_str(), variable.substr(equals + 1).c_str(), 1);
    }
    if (how.file_limit >= 0) {
      const rlimit limit = {static_cast<rlim_t>(how.file_limit), static_cast<rlim_t>(how.file_limit)};
      ::setrlimit(RLIMIT_FSIZE, &limit);
      // ThreadSanitizer writes a file before the program begins: that must not end it.
      if (kSanitized) ::signal(SIGXFSZ, SIG_IGN);
    }
    if (how.data_limit >= 0) {
      const rlimit limit = {static_cast<rlim_t>(how.data_limit), static_cast<rlim_t>(how.data_limit)};
      ::setrlimit(RLIMIT_DATA, &limit);
    }
    ::execv(argv[0], argv.data());
    ::_exit(99);
  }
  if (slave >= 0) ::close(slave);
}

Started::~Started() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  if (terminal_ >= 0) ::close(terminal_);
}

void Started::signal(int number) const { ::kill(process_, number); }

Ended Started::wait() {
  Ended ended;
  if (terminal_ >= 0) {
    char piece[4096];
    for (ssize_t got; (got = ::read(terminal_, piece, sizeof piece)) > 0;)
      ended.err.append(piece, static_cast<size_t>(got));
  }
  int status = 0;
  rusage used{};
  ::wait4(process_, &status, 0, &used);
  process_ = -1;
  ended.peak_memory = used.ru_maxrss * 1024;
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  ended.out = read_file(out_);
  if (terminal_ < 0) ended.err = read_file(err_);
  return ended;
}

Ended run_program(const std::string& folder, const std::vector<std::string>& words, const HowToRun& how) {
  return Started(folder, words, how).wait();
}

Workplace::Workplace() {
  const Array x_train = shapes(48, 1), x_test = shapes(18, 2), y_train = labels(48), y_test = labels(18);
  const std::vector<NamedTensor> arrays = {NamedTensor::of("x_train", x_train), NamedTensor::of("y_train", y_train),
                                           NamedTensor::of("x_test", x_test), NamedTensor::of("y_test", y_test)};
  save_npz(*this / "shapes.npz", arrays);
  write_file_atomically(*this / "tiny.json", kTinyNet);
}

Ended Workplace::train(const std::string& name, const std::vector<std::string>& more, const HowToRun& how) const {
  std::vector<std::string> words = {"train", "tiny.json", "--data", "shapes.npz", "--name", name, "--threads", "1"};
  words.insert(words.end(), more.begin(), more.end());
  return run(words, how);
}

Ended Workplace::train_saved() const {
  return train("a", {"--epochs", "6", "--batch-size", "8", "--learning-rate", "0.02", "--class-names", "top,middle,bottom", "--save", "m.safetensors"});
}

}  // namespace fovea
