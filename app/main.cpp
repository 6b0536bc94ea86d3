// fovea COMMAND [MODEL] [OPTIONS]: finds the command, and turns errors into one line and an exit code.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <new>

#include "app/commands.h"
#include "app/console.h"
#include "app/interrupt.h"
#include "app/version.h"
#include "fovea/base/error.h"
#include "fovea/base/names.h"

namespace fovea::app {
namespace {

struct Command {
  const char* name;
  const char* about;
  int (*run)(const Arguments&);
};

constexpr Command kCommands[] = {
    {"train", "fit a model to a data set", train},
    {"eval", "loss, accuracy, confusion matrix and report of a model on a data set", eval},
    {"predict", "class probabilities of pictures", predict},
    {"features", "what the layers of a model make of a picture", features},
    {"explain", "which parts of a picture a class was told from", explain},
    {"ensemble", "what several models say together", ensemble},
    {"summary", "layers, parameters, FLOPs and memory of a model", summary},
    {"convert", "a model from one format into another", convert},
    {"bench", "how fast a model trains and predicts here, and where the time goes", bench},
    {"data", "what a data set holds", data},
    {"report", "one page about runs: matrix, pictures, maps, doubtful labels", report},
    {"tune", "search for the best of many trainings", tune},
    {"study", "list searches, show one, its best trial, what mattered", study},
    {"runs", "list, compare and remove runs", runs},
    {"models", "the built-in architectures", models},
    {"doctor", "processor, threads, memory, libraries, data found", doctor},
};

void print_help() {
  print("fovea COMMAND [MODEL] [OPTIONS]\n\nTrains, evaluates and looks into image classifiers.\n\nCommands\n");
  for (const Command& command : kCommands) print(fmt::format("  {:9}  {}\n", command.name, command.about));
  print(
      "\n  fovea COMMAND --help  the command's options\n"
      "  fovea --version       the program's version\n\n"
      "Exit codes: 0 done; 1 failed, or some of many inputs were bad and the rest is done; 2 wrong usage; 3 a file,\n"
      "folder or its content cannot be used; 130 stopped by Ctrl-C, after saving.\n");
}

int run(const Arguments& words) {
  const std::string first = words.empty() ? "" : words.front();
  const Arguments rest(words.begin() + (words.empty() ? 0 : 1), words.end());
  if (first == "--version") {
    print(fmt::format("fovea {}\n", kVersion));
    return 0;
  }
  if (first == "--help" || first == "-h" || (first == "help" && rest.empty())) {
    print_help();
    return 0;
  }
  std::vector<std::string> names;
  for (const Command& command : kCommands) {
    if (first == command.name) return command.run(rest);
    if (first == "help" && rest.front() == command.name) return command.run({"--help"});
    names.emplace_back(command.name);
  }
  if (first.empty()) throw usage_error("fovea", "a command is missing (see fovea --help)");
  const bool help = first == "help";
  const std::string& name = help ? rest.front() : first;
  if (name.starts_with("-")) throw usage_error(name, "unknown option (expected a command first, see fovea --help)");
  throw usage_error(name, "unknown command{} (see fovea --help)", did_you_mean(name, names));
}

// Whoever closed one of the three streams closed it for good: no file of ours may take its place and get messages. As
// the stand-in is open for reading only, what is written to it fails as it would have.
void occupy_closed_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(stream, F_GETFD) < 0) ::open("/dev/null", O_RDONLY);
}

}  // namespace
}  // namespace fovea::app

int main(int argc, char** argv) {
  using namespace fovea;
  // A closed pipe and a file that may not grow are errors of the write that meets them.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  app::occupy_closed_streams();
  app::install_interrupts();
  try {
    const int code = app::run({argv + (argc > 0 ? 1 : 0), argv + argc});
    app::flush_results();
    return code;
  } catch (const Error& error) {
    app::print_error(error);
    return static_cast<int>(error.kind());
  } catch (const std::bad_alloc&) {
    app::print_error(failed_error("memory", "there is not enough of it for this"));
  } catch (const std::exception& error) {
    app::print_error(failed_error("fovea", "{}", error.what()));
  }
  return 1;
}
