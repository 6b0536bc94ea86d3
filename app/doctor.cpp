// fovea doctor: what there is to work with. It only looks, unless the cache is to be cleared: nothing is fetched.
#include "app/commands.h"
#include "app/console.h"
#include "app/machine.h"
#include "app/numbers.h"
#include "app/options.h"
#include "app/version.h"
#include "fovea/data/cache_folder.h"
#include "fovea/data/dataset.h"
#include "fovea/report/text.h"

namespace fovea::app {
namespace {

struct Found {
  std::string name, problem;  // empty: it is there
};

std::vector<Found> look_for_data() {
  std::vector<Found> all;
  for (const std::string& name : dataset_names()) {
    Found found = {name, ""};
    try {
      // Opened as eval opens it: the files are there and whole.
      open_dataset(name, {.load_train = false});
    } catch (const Error& error) {
      found.problem = error.message();
    }
    all.push_back(found);
  }
  return all;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string cache_line(const CacheFolder& cache) {
  if (cache.path().empty()) return "no folder for it: neither FOVEA_CACHE_DIR nor HOME is set";
  const auto megabytes_of = [](uint64_t bytes) { return megabytes(static_cast<double>(bytes)); };
  const size_t files = cache.files().size();
  if (files == 0) return valid_utf8(cache.path()) + " (empty)";
  return fmt::format("{} ({} in {}, at most {})", valid_utf8(cache.path()), megabytes_of(cache.bytes()),
                     files == 1 ? "a file" : fmt::format("{} files", files), megabytes_of(cache.limit()));
}

}  // namespace

int doctor(const Arguments& arguments) {
  CommonOptions common;
  OptionTable table("doctor", "[OPTIONS]",
                    "Tells what there is to work with: processor, threads, memory, libraries, data, the cache of pictures.");
  bool clear_cache = false;
  table.add("--clear-cache", clear_cache, {.help = "remove all pictures that are kept decoded on disk, and tell how much that was"});
  add_output_options(table, common);
  table.add("--threads", common.threads,
            {.value = "N", .help = "threads; 0 for one a core that this process may use", .least = 0, .most = 1024});
  if (!table.parse(arguments)) return 0;

  const CacheFolder cache;
  if (clear_cache) {
    const uint64_t bytes = cache.clear();
    if (common.json) print_json({{"folder", valid_utf8(cache.path())}, {"cleared", bytes}});
    else print(fmt::format("cleared {} of {}\n", megabytes(static_cast<double>(bytes)), one_line(valid_utf8(cache.path()))));
    return 0;
  }
  const Machine machine = this_machine();
  const auto libraries = library_versions();
  const auto data = look_for_data();
  if (common.json) {
    Json json = {{"version", kVersion},
                 {"processor", machine.processor},
                 {"features", machine.features},
                 {"instruction_set", machine.instruction_set},
                 {"cores", machine.cores},
                 {"threads", common.thread_count()},
                 {"memory", static_cast<int64_t>(machine.memory)},
                 {"memory_free", static_cast<int64_t>(machine.memory_free)},
                 {"cache",
                  {{"folder", valid_utf8(cache.path())},
                   {"files", cache.files().size()},
                   {"bytes", cache.bytes()},
                   {"limit", cache.limit()}}},
                 {"libraries", Json::object()},
                 {"data", Json::array()}};
    for (const LibraryVersion& library : libraries) json["libraries"][library.name] = library.version;
    for (const Found& found : data) {
      Json entry = {{"name", found.name}, {"found", found.problem.empty()}};
      if (!found.problem.empty()) entry["problem"] = found.problem;
      json["data"].push_back(entry);
    }
    print_json(json);
    return 0;
  }
  const auto line = [](const std::string& what, const std::string& value) {
    print(left_aligned(what, 17) + one_line(value) + "\n");
  };
  line("fovea", kVersion);
  line("processor", machine.processor);
  line("features", machine.features.empty() ? "none that matter here" : joined(machine.features));
  line("instruction set", machine.instruction_set);
  line("cores", std::to_string(machine.cores));
  line("threads", std::to_string(common.thread_count()));
  line("memory", fmt::format("{} ({} free)", megabytes(machine.memory), megabytes(machine.memory_free)));
  line("cache", cache_line(cache));
  for (const LibraryVersion& library : libraries) line(library.name, library.version);
  for (const Found& found : data) line(found.name, found.problem.empty() ? "found" : "not found: " + found.problem);
  return 0;
}

}  // namespace fovea::app
