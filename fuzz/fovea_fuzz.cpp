// Fuzzes a parser: reads seeds with changes made to them, for a while.
//
//   fovea_fuzz TARGET [SECONDS [SEED [CORPUS]]]     seeds are those of tests/golden, and the files of the folder CORPUS,
//                                                   which takes what comes further
//   fovea_fuzz TARGET --replay FILE…                reads files as they are
//   fovea_fuzz --list
//
// An input that takes a new way through the code (coverage.h) has come further than the others, and is changed again;
// where the compiler does not tell, one that is refused in new words, or is the first to be taken. While an input is read
// it lies in "fovea_fuzz-TARGET.input": what ends the program (a sanitizer's report, a signal, an exception that is no
// Error, ten seconds of work) leaves that file behind.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>
#include <xxhash.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <set>

#include "fovea/base/error.h"
#include "fovea/base/random.h"
#include "fuzz/coverage.h"
#include "fuzz/mutate.h"
#include "fuzz/target.h"
#include "tests/harness/processor_seconds.h"
#include "tests/harness/source_tree.h"

namespace fovea::fuzz {
namespace {

constexpr size_t kMaxBytes = size_t{1} << 16;
constexpr size_t kMaxGrown = 10'000;  // inputs beside the seeds: some refusals repeat what is in the file
constexpr time_t kMaxSeconds = 10;    // of the processor, for one input

// The input under way, in a file that survives the process.
class UnderWay {
 public:
  explicit UnderWay(const std::string& path)
      : path_(path), descriptor_(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0644)) {
    if (descriptor_ < 0 || ::ftruncate(descriptor_, kMaxBytes) != 0) fail();
    memory_ = ::mmap(nullptr, kMaxBytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
    if (memory_ == MAP_FAILED) fail();
  }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;
  ~UnderWay() {
    ::munmap(memory_, kMaxBytes);
    ::close(descriptor_);
    std::filesystem::remove(path_);
  }

  void hold(const std::string& input) {
    // Its size first: memory behind a file's end cannot be written.
    if (input.size() != size_ && ::ftruncate(descriptor_, static_cast<off_t>(input.size())) != 0) fail();
    size_ = input.size();
    std::memcpy(memory_, input.data(), size_);
  }

 private:
  [[noreturn]] void fail() const {
    std::perror(path_.c_str());
    std::exit(1);
  }

  std::string path_;
  int descriptor_;
  void* memory_ = nullptr;
  size_t size_ = kMaxBytes;
};

// What became of an input: the words of its refusal without what they say of its content, or "taken".
std::string outcome(const Target& target, const std::string& input) {
  // Of exactly this size on the heap, so that a sanitizer sees a read behind its end.
  const std::vector<uint8_t> bytes(input.begin(), input.end());
  try {
    target.run(bytes);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::file) {
      std::fprintf(stderr, "%s: not an error of the file: %s\n", target.name, error.what());
      std::abort();
    }
    std::string words;
    bool quoted = false;
    for (const char c : error.message()) {
      quoted = quoted != (c == '"');
      if (!quoted && (std::isalpha(static_cast<unsigned char>(c)) != 0 || c == ' ')) words += c;
    }
    return words.substr(0, 60);
  }
  return "taken";
}

std::vector<std::string> seeds_of(const Target& target, const char* corpus) {
  std::vector<std::string> seeds = target.made();
  const auto take = [&](const std::filesystem::path& path) {
    std::string seed = read_file(path.string());
    if (seed.size() <= kMaxBytes) seeds.push_back(std::move(seed));
  };
  for (const char* folder : {"formats", "architectures", "pictures", "cifar"})
    for (const FolderEntry& entry : list_folder(source_tree(std::string("tests/golden/") + folder)))
      for (const char* end : target.seeds)
        if (entry.name.ends_with(end)) take(source_tree(std::string("tests/golden/") + folder + "/" + entry.name));
  if (corpus != nullptr)
    for (const FolderEntry& entry : list_folder(corpus))
      if (!entry.is_folder) take(std::filesystem::path(corpus) / entry.name);
  return seeds;
}

// By its content's name: the same input is kept once.
void keep(const std::string& input, const std::string& corpus) {
  write_file_atomically(fmt::format("{}/{:016x}", corpus, XXH3_64bits(input.data(), input.size())), input);
}

int fuzz(const Target& target, double seconds, uint64_t seed, const char* corpus) {
  using Clock = std::chrono::steady_clock;
  std::vector<std::string> inputs = seeds_of(target, corpus);
  UnderWay under_way(std::string("fovea_fuzz-") + target.name + ".input");
  std::set<std::string> outcomes;
  int64_t runs = 0, taken = 0;
  const auto run = [&](const std::string& input) {
    under_way.hold(input);
    const itimerval limit = {.it_interval = {}, .it_value = {.tv_sec = kMaxSeconds, .tv_usec = 0}};
    ::setitimer(ITIMER_PROF, &limit, nullptr);
    start_coverage();
    const std::string words = outcome(target, input);
    const std::optional<bool> new_way = coverage_grew();
    ++runs;
    taken += words == "taken";
    const bool new_words = outcomes.insert(words).second;
    return new_way.value_or(new_words);
  };
  for (const std::string& input : inputs) run(input);
  const size_t seeds = inputs.size();
  if (taken == 0) {
    std::fprintf(stderr, "%s: no seed of %zu is taken\n", target.name, inputs.size());
    return 1;
  }
  RandomStream random(seed, purpose::kSample);
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  while (Clock::now() < end) {
    // Half of the time a seed: it is right but for what is changed.
    const std::string& base = inputs[random.below(random.below(2) == 0 ? seeds : inputs.size())];
    const std::string& other = inputs[random.below(inputs.size())];
    std::string input = mutated(base, other, random, kMaxBytes);
    if (!run(input) || inputs.size() == seeds + kMaxGrown) continue;
    if (corpus != nullptr) keep(input, corpus);
    inputs.push_back(std::move(input));
  }
  fmt::print("{}: {} inputs in {:.1f} s of the processor, {} taken, the others refused in {} ways; {} came further\n",
             target.name, runs, processor_seconds(), taken, outcomes.size() - 1, inputs.size() - seeds);
  return 0;
}

int replay(const Target& target, const std::vector<std::string>& files) {
  for (const std::string& file : files) std::printf("%s: %s\n", file.c_str(), outcome(target, read_file(file)).c_str());
  return 0;
}

int main(const std::vector<std::string>& words) {
  if (words == std::vector<std::string>{"--list"}) {
    for (const Target& target : targets()) std::printf("%s\n", target.name);
    return 0;
  }
  for (const Target& target : targets()) {
    if (words.empty() || words[0] != target.name) continue;
    if (words.size() > 1 && words[1] == "--replay") return replay(target, {words.begin() + 2, words.end()});
    return fuzz(target, words.size() > 1 ? std::stod(words[1]) : 1, words.size() > 2 ? std::stoull(words[2]) : 0,
                words.size() > 3 ? words[3].c_str() : nullptr);
  }
  std::fprintf(stderr, "usage: fovea_fuzz TARGET [SECONDS [SEED [CORPUS]]] | TARGET --replay FILE… | --list\n");
  return 2;
}

}  // namespace
}  // namespace fovea::fuzz

int main(int argc, char** argv) { return fovea::fuzz::main({argv + 1, argv + argc}); }
