#include "app/options.h"

#include "fovea/base/error.h"
#include "fovea/base/thread_pool.h"

namespace fovea::app {
namespace {

constexpr double kMostThreads = 1024, kMostLanes = 1024;

}  // namespace

int CommonOptions::thread_count() const { return threads > 0 ? threads : available_cores(); }

void add_output_options(OptionTable& table, CommonOptions& options) {
  table.section("Output");
  table.add("--json", options.json, {.help = "print the result as one JSON object", .kept = false});
  table.add("--quiet", options.quiet, {.help = "say nothing but results and errors", .kept = false});
  table.add("--verbose", options.verbose, {.help = "say more of what is done and why", .kept = false});
}

void add_machine_options(OptionTable& table, CommonOptions& options) {
  table.section("Machine");
  table.add(
      "--threads", options.threads,
      {.value = "N", .help = "threads; 0 for one a core that this process may use", .least = 0, .most = kMostThreads});
  table.add("--seed", options.seed, {.value = "N", .help = "of initial weights, shuffling and dropout"});
  table.add(
      "--lanes", options.lanes,
      {.value = "N",
       .help = "partial gradients of a batch, a part of what makes results repeat; 0 for as many as suit batch and "
               "cores",
       .least = 0,
       .most = kMostLanes});
  table.add("--precision", options.precision,
            {.value = "TYPE", .help = "numbers to compute with", .choices = {"f32", "bf16"}});
}

void check(const CommonOptions& options) {
  if (options.precision != "f32")
    throw usage_error("--precision", "bfloat16 cannot be had yet (got {}, expected f32)", options.precision);
}

}  // namespace fovea::app
